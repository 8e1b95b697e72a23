// Switches, search and folding of a page. Every picture looks after itself.
(() => {
  "use strict";
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);

  function store(name, value) {
    try {
      localStorage.setItem(`lecturekit.${name}`, value);
    } catch {
      // A browser may forbid storage to pages from a folder: the switch works for this page.
    }
  }

  // Switches
  function connect(id, name, className, onWhenPresent) {
    const button = byId(id);
    if (!button) return;
    const show = () => {
      const on = root.classList.contains(className) === onWhenPresent;
      button.setAttribute("aria-pressed", String(on));
    };
    button.addEventListener("click", () => {
      const reading = [...document.querySelectorAll("[id^=cell-]")]
        .find((block) => block.getBoundingClientRect().bottom > innerHeight / 3);
      const present = root.classList.toggle(className);
      store(name, present === onWhenPresent ? "on" : "off");
      show();
      layOut();
      // The text above grew or shrank: come back to what was being read once pictures have followed.
      setTimeout(() => reading?.scrollIntoView(), 300);
    });
    show();
  }

  function connectTheme() {
    const theme = byId("site-theme");
    theme.value = root.dataset.theme ?? "";
    theme.addEventListener("change", () => {
      if (theme.value) root.dataset.theme = theme.value;
      else delete root.dataset.theme;
      store("theme", theme.value);
    });
  }

  // What depends on the room that there is
  const wide = matchMedia("(min-width: 80rem)");
  let tocWasOpen = null;

  function layOut() {
    const toc = byId("site-toc");
    const open = wide.matches && !root.classList.contains("lk-presentation");
    if (toc && open !== tocWasOpen) toc.open = tocWasOpen = open;
    for (const box of document.querySelectorAll(".site-scroll")) {
      // Only a box that scrolls is a stop for the Tab key.
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  }

  // Search
  const MOST = 12;
  const plain = (text) =>
    text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();

  function find(query) {
    const wanted = plain(query).split(/\s+/).filter(Boolean);
    if (!wanted.length) return [];
    const rank = (row) => (` ${plain(row[0])}`.includes(` ${wanted[0]}`) ? 0 : 1); // a word's beginning first
    return (window.lecturekitHeadings ?? [])
      .filter((row) => wanted.every((word) => plain(`${row[0]} ${row[1]}`).includes(word)))
      .sort((a, b) => rank(a) - rank(b))
      .slice(0, MOST);
  }

  function connectSearch() {
    const input = byId("site-search");
    const list = byId("site-found");
    const count = byId("site-count");
    let chosen = -1;

    const choose = (number) => {
      const options = [...list.children];
      chosen = options.length ? (number + options.length) % options.length : -1;
      options.forEach((option, k) => option.setAttribute("aria-selected", String(k === chosen)));
      if (chosen < 0) input.removeAttribute("aria-activedescendant");
      else {
        input.setAttribute("aria-activedescendant", options[chosen].id);
        options[chosen].scrollIntoView({ block: "nearest" });
      }
    };
    const close = () => {
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const update = () => {
      const rows = find(input.value);
      list.replaceChildren(
        ...rows.map(([heading, page, href], k) => {
          const option = document.createElement("li");
          option.id = `site-found-${k}`;
          option.setAttribute("role", "option");
          option.dataset.href = href;
          const where = document.createElement("small");
          where.textContent = page;
          option.append(heading, " ", where);
          return option;
        }),
      );
      const asked = input.value.trim() !== "";
      list.hidden = rows.length === 0;
      input.setAttribute("aria-expanded", String(rows.length > 0));
      const some = rows.length === 1 ? "1 heading found" : `${rows.length} headings found`;
      count.textContent = asked ? (rows.length ? some : "No heading found") : "";
      count.classList.toggle("site-unseen", !asked || rows.length > 0);
      choose(0);
    };
    const go = () => {
      const option = list.children[chosen];
      if (!option) return;
      close();
      input.value = "";
      update();
      input.blur();
      location.href = option.dataset.href;
    };

    input.addEventListener("input", update);
    input.addEventListener("focus", update);
    input.addEventListener("blur", () => {
      close();
      count.classList.add("site-unseen");
    });
    input.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) choose(chosen + step);
      else if (event.key === "Enter") go();
      else if (event.key === "Escape") {
        input.value = "";
        update();
        input.blur();
      } else return;
      event.preventDefault();
    });
    list.addEventListener("pointerdown", (event) => {
      const option = event.target.closest("[role=option]");
      if (!option) return;
      event.preventDefault();
      chosen = [...list.children].indexOf(option);
      go();
    });
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.focus();
      input.select();
    });
  }

  // Pictures that are drawn after the jump to a heading push it away: go back to it, until the
  // reader moves.
  function holdTarget() {
    if (!location.hash) return;
    const target = byId(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const again = new ResizeObserver(() => target.scrollIntoView({ behavior: "instant" }));
    const leave = () => {
      again.disconnect();
      for (const name of MOVES) removeEventListener(name, leave, true);
    };
    const MOVES = ["wheel", "touchstart", "pointerdown", "keydown", "hashchange"];
    for (const name of MOVES) addEventListener(name, leave, true);
    again.observe(document.querySelector("main"));
  }

  // Paper shows what is folded
  const folded = () => document.querySelectorAll("main details:not([open])");
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...folded()];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });

  connect("site-code", "code", "site-no-code", false);
  connect("site-presentation", "presentation", "lk-presentation", true);
  connectTheme();
  connectSearch();
  layOut();
  holdTarget();
  addEventListener("hashchange", holdTarget);
  addEventListener("resize", layOut);
  document.addEventListener("toggle", layOut, true);
})();
