// The summary of what is to be corrected takes the focus when the page opens.
document.getElementById('error-summary')?.focus();
