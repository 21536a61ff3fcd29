// Chooses light or dark before anything is drawn, so that no page flashes. `mode` is light, dark or system.
(function () {
  var mode = "system";
  try {
    mode = localStorage.getItem("mui-mode") || mode;
  } catch {
    // Without storage, the system decides.
  }
  var dark = mode === "dark" || (mode === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-scheme", dark ? "dark" : "light");
})();
