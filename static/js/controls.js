// Small helpers bound by data-*; each page works without them.
const actions = {
  async copy(button) {
    await navigator.clipboard.writeText(button.dataset.copy || location.href);
    say(button, button.dataset.done);
  },

  async share(button) {
    const page = { title: document.title, url: location.href };
    if (navigator.share) await navigator.share(page).catch(() => {});
    else await actions.copy(button);
  },

  open(button) {
    document.getElementById(button.dataset.open).showModal();
  },

  close(button) {
    button.closest("dialog").close();
  },

  print() {
    print();
  },
};

function say(button, text) {
  const label = button.querySelector("[data-label]") || button;
  const before = label.textContent;
  label.textContent = text;
  setTimeout(() => (label.textContent = before), 2000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action]");
  const act = button && actions[button.dataset.action];
  if (act) {
    event.preventDefault();
    act(button);
  }
  // an open menu closes when the reader clicks elsewhere
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
});

for (const button of document.querySelectorAll("[data-action][hidden]")) button.hidden = false;
