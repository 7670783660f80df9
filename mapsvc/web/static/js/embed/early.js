// Tells the style sheet, before anything is drawn, that scripts run here.
document.documentElement.classList.add("js");
