// Figures that open to their formula: fetches the panel alone and puts it below the row, one at a
// time. Without script, or when the fetch fails, the link loads the page with the panel in it.

const root = document.querySelector('main');
const links = () => root.querySelectorAll('a.open[id]');

function hostOf(link) {
  return link.closest('[data-opens]') || link.closest('tr');
}

function close() {
  for (const panel of root.querySelectorAll('tr.opened, div.opened')) panel.remove();
  for (const row of root.querySelectorAll('.opener')) row.classList.remove('opener');
  for (const link of links()) {
    if (link.getAttribute('aria-expanded') !== 'true') continue;
    link.setAttribute('aria-expanded', 'false');
    link.href = `?open=${encodeURIComponent(link.id)}#${link.id}`;
  }
}

function place(host, html) {
  const panel = document.createElement(host.tagName === 'TR' ? 'tr' : 'div');
  panel.className = 'opened';
  let inside = panel;
  if (host.tagName === 'TR') {
    inside = document.createElement('td');
    inside.colSpan = [...host.cells].reduce((sum, cell) => sum + cell.colSpan, 0);
    inside.dataset.label = '';
    panel.append(inside);
  }
  inside.append(...new DOMParser().parseFromString(html, 'text/html').body.childNodes);
  host.after(panel);
  host.classList.add('opener');
}

function remember(link, isOpen) {
  const address = new URL(location.pathname, location.origin);
  const asked = new URLSearchParams(location.search);
  asked.delete('open');
  if (isOpen) asked.set('open', link.id);
  address.search = asked;
  address.hash = link.id;
  history.replaceState(null, '', address);
}

async function open(link) {
  const address = new URL(location.pathname, location.origin);
  address.searchParams.set('open', link.id);
  address.searchParams.set('fragment', '1');
  const answer = await fetch(address, { credentials: 'same-origin' });
  if (!answer.ok || answer.redirected) throw new Error('no panel');
  const html = await answer.text();
  close();
  place(hostOf(link), html);
  link.setAttribute('aria-expanded', 'true');
  link.setAttribute('href', `?#${link.id}`);
  remember(link, true);
}

function isPlain(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

root.addEventListener('click', (event) => {
  const link = event.target.closest('a');
  if (!link || !isPlain(event)) return;
  const isHide = link.closest('.opened .title') !== null;
  if (!isHide && !link.matches('a.open')) return;
  const id = decodeURIComponent(link.hash.slice(1));
  const figure = document.getElementById(id);
  if (!figure || !figure.matches('a.open') || !hostOf(figure)) return;
  event.preventDefault();
  if (figure.getAttribute('aria-expanded') === 'true') {
    close();
    remember(figure, false);
    figure.focus();
    return;
  }
  open(figure).then(
    () => {
      if (figure !== link) figure.focus(); // it stands elsewhere on the page
    },
    () => location.assign(link.href),
  );
});
