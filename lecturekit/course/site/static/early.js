// Before the page is drawn: the switches as they were left, so that nothing flashes.
(() => {
  const root = document.documentElement;
  const stored = (name) => {
    try {
      return localStorage.getItem(`lecturekit.${name}`);
    } catch {
      return null; // a browser may forbid storage to pages from a folder
    }
  };
  const theme = stored("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  if (stored("presentation") === "on") root.classList.add("lk-presentation");
  if (stored("code") === "off") root.classList.add("site-no-code");
})();
