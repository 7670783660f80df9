// Follows the system's light or dark theme. Loaded in the head and not deferred, so that no page flashes in the wrong one.
{
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => { document.documentElement.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  dark.addEventListener("change", apply);
  apply();
}
