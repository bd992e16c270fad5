// A heart answers at once and goes back if the server says no. Without scripts it is a plain POST.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-action=save]");
  if (!button) return;
  event.preventDefault();
  const wasSaved = button.getAttribute("aria-pressed") === "true";
  button.setAttribute("aria-pressed", String(!wasSaved));
  const undo = () => button.setAttribute("aria-pressed", String(wasSaved));
  const sending = { method: "POST", body: new FormData(button.form), redirect: "manual" };
  try {
    const answer = await fetch(button.formAction, sending);
    if (!answer.ok && answer.type !== "opaqueredirect") undo();
  } catch {
    undo();
  }
});
