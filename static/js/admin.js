// The admin's dark style hangs on a class, the site's on data-bs-theme: theme.js sets the one, this the other.
// Loaded before the first paint, hence not a module.
(() => {
  const root = document.documentElement;
  const device = matchMedia("(prefers-color-scheme: dark)");
  const wide = matchMedia("(width >= 1024px)");

  function paint() {
    const chosen = root.dataset.bsTheme;
    root.classList.toggle("dark", chosen ? chosen === "dark" : device.matches);
  }

  function unfold() {
    for (const menu of document.querySelectorAll("[data-desk-menu]")) menu.open = wide.matches;
  }

  paint();
  device.addEventListener("change", paint);
  new MutationObserver(paint).observe(root, { attributeFilter: ["data-bs-theme"] });
  wide.addEventListener("change", unfold);
  document.addEventListener("DOMContentLoaded", () => {
    unfold();
    const asked = location.hash.startsWith("#decide-") && document.querySelector(location.hash);
    if (asked) asked.open = true;
  });
})();
