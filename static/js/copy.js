// Buttons that copy the text of an element: <button data-copies="ID" data-done="Copied" hidden>.
// Without script they stay hidden; the text can be selected by one click (user-select: all).

async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  return false; // no secure context
}

function select(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

function say(id, text) {
  for (const status of document.querySelectorAll('[data-copy-status]')) {
    status.textContent = status.dataset.copyStatus === id ? text : '';
  }
}

for (const button of document.querySelectorAll('button[data-copies]')) {
  const source = document.getElementById(button.dataset.copies);
  if (!source) continue;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const copied = await copy(source.innerText.trim()).catch(() => false);
    if (!copied) select(source); // one key more, but not lost
    say(source.id, copied ? button.dataset.done : '');
  });
}
