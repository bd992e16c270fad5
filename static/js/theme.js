// Loaded before the first paint, so that a chosen scheme never flashes: hence not a module.
(() => {
  const root = document.documentElement;
  const key = "theme";

  function show(theme) {
    if (theme) root.dataset.bsTheme = theme;
    else delete root.dataset.bsTheme;
  }

  function stored() {
    try {
      return localStorage.getItem(key) || "";
    } catch {
      return ""; // storage is switched off: the device's scheme it is
    }
  }

  show(stored());

  document.addEventListener("DOMContentLoaded", () => {
    for (const box of document.querySelectorAll("[data-theme-switch]")) {
      box.hidden = false;
      for (const input of box.querySelectorAll("input")) input.checked = input.value === stored();
      box.addEventListener("change", (event) => {
        show(event.target.value);
        try {
          localStorage.setItem(key, event.target.value);
        } catch {
          // shown now, forgotten on the next page
        }
      });
    }
  });
})();
