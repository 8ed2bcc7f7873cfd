// Sets the theme before the first paint. A file of its own, because the content security policy allows no inline script.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem("dw.theme");
  } catch {
    /* storage is off: follow the system */
  }
  var dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
