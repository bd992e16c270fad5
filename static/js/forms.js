// A second click must not send a form twice; a page with errors starts at its summary.
document.querySelector("[data-error-summary]")?.focus();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  // after the browser has read which button was pressed
  setTimeout(() => {
    for (const button of form.elements)
      if (button.type === "submit") button.setAttribute("aria-disabled", "true");
  });
});

// Back from the next page: the form may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.elements) button.removeAttribute("aria-disabled");
  }
});

// Rows of a formset: <button data-formset-add="prefix"> copies <template data-formset-empty="prefix">.
document.addEventListener("click", (event) => {
  const prefix = event.target.closest("[data-formset-add]")?.dataset.formsetAdd;
  if (!prefix) return;
  const total = document.getElementById(`id_${prefix}-TOTAL_FORMS`);
  const empty = document.querySelector(`template[data-formset-empty="${prefix}"]`);
  const row = document.createElement("template");
  row.innerHTML = empty.innerHTML.replaceAll("__prefix__", total.value);
  total.value = Number(total.value) + 1;
  empty.before(row.content);
  empty.previousElementSibling.querySelector("input:not([type=hidden]), select, textarea")?.focus();
});
