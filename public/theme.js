// Sets the chosen theme before anything is painted. A file of its own, as the
// Content-Security-Policy allows no inline script.
try {
  const theme = localStorage.getItem('portside.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage is closed to us: the system's theme it is.
}
