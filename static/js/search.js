// Empty fields stay out of the address: of a form sent by the browser and of one that htmx reads.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("[data-drop-empty], .seek")) return;
  for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
});
