// What every page loads.
import "./answer.js";
import "./dialog.js";
import "./forms.js";
