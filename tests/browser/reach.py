"""Questions that a page answers about itself, beside what axe asks: every answer is a complaint.

* width: does the page scroll sideways (what scrolls in its own frame may)
* cut: is text cut off that a reader would need
* words: is a word broken in its middle, where nothing but a lack of room breaks it
* everyone: does anything move for a reader who has asked for no motion
* expert: on pages for experts, is text large enough, is every target 44 px
* chinese: on Chinese pages for experts, are lines, spaces, quotation marks set as in the house
* forced: can fields and buttons be told from the page when it has no colours of its own
"""

from __future__ import annotations

REACH = r"""
what => {
const found = [];
const root = document.documentElement;
const all = [...document.querySelectorAll('body *')];
const named = one => {
    const name = one.getAttribute('name') || one.id || one.className?.baseVal || one.className;
    const words = (one.innerText || one.value || '').trim().slice(0, 24);
    return `${one.tagName.toLowerCase()}.${name || ''} "${words}"`;
};
const box = one => one.getBoundingClientRect();
// read aloud and not drawn, or behind a folded summary
const unseen = one => one.closest('.vh, .skip, [hidden], .wide .narrow') !== null
    || !one.checkVisibility({checkVisibilityCSS: true, contentVisibilityAuto: true});
const ownFrame = '.scroll, .tabs, .formula .eq';

if (what === 'width' && root.scrollWidth > root.clientWidth) {
    const wide = all.filter(one => box(one).right > root.clientWidth + 1 && box(one).width > 0
        && !one.closest(ownFrame));
    found.push(`scrolls sideways: ${root.scrollWidth} of ${root.clientWidth} wide, `
        + wide.slice(0, 3).map(named).join(', '));
}

if (what === 'cut') {
    for (const one of all) {
        const look = getComputedStyle(one);
        if (unseen(one) || one.closest(ownFrame) || one.closest('thead')) continue;
        if (one.matches('input[type=text], input:not([type]), select')) {
            // The lines of a field grow with its text.
            if (one.clientHeight > 0 && one.clientHeight < parseFloat(look.fontSize)) {
                found.push(`cut off: ${named(one)}`);
            }
            continue;
        }
        const hides = at => at === 'hidden' || at === 'clip';
        if ((hides(look.overflowX) && one.scrollWidth > one.clientWidth + 1 && one.clientWidth)
            || (hides(look.overflowY) && one.scrollHeight > one.clientHeight + 1
                && one.clientHeight)) {
            if (!(one instanceof SVGElement)) found.push(`cut off: ${named(one)}`);
        }
    }
}

if (what === 'words') {
    const range = document.createRange();
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    // the head of a folded table is read aloud and not drawn
    const folded = one => one.closest('thead') !== null && box(one.closest('thead')).width < 2;
    for (let node; (node = walker.nextNode());) {
        const around = node.parentElement;
        if (unseen(around) || folded(around) || around.closest('svg, code, .mono, .code')) continue;
        for (const word of node.data.matchAll(/[A-Za-z’]{2,}/g)) {
            range.setStart(node, word.index);
            range.setEnd(node, word.index + word[0].length);
            const lines = new Set([...range.getClientRects()].map(one => Math.round(one.top)));
            if (lines.size > 1) found.push(`broken in its middle: ${word[0]}`);
        }
    }
}

if (what === 'everyone') {
    const running = document.getAnimations().length;
    if (running) found.push(`${running} animations run although none are wanted`);
    for (const one of all) {
        for (const part of [null, '::before', '::after']) {
            const look = getComputedStyle(one, part);
            if (parseFloat(look.transitionDuration) > 0.01
                || (look.animationName !== 'none' && parseFloat(look.animationDuration) > 0.01)) {
                found.push(`moves although no motion is wanted: ${named(one)} ${part ?? ''}`);
            }
        }
    }
}

if (what === 'expert' && document.body.classList.contains('expert')) {
    const phone = root.clientWidth < 768;
    const body = parseFloat(getComputedStyle(document.body).fontSize);
    if (phone && body < 18) found.push(`running text is ${body} px`);
    for (const one of all) {
        if (!phone || unseen(one) || one instanceof SVGElement) continue;
        const written = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        const size = parseFloat(getComputedStyle(one).fontSize);
        if (written && size < 13) found.push(`text of ${size} px: ${named(one)}`);
    }
    // A link inside a sentence has the height of its line (WCAG 2.5.8, inline).
    const inSentence = one => {
        let around = one.parentElement;
        while (getComputedStyle(around).display === 'inline') around = around.parentElement;
        if (getComputedStyle(around).display.includes('flex')) return false;
        const others = [...around.childNodes].filter(node => node !== one && !node.contains(one)
            && (node.nodeType === 3 || !node.matches?.('a, .vh, svg')));
        return others.some(node => node.textContent.trim());
    };
    const controls = 'a[href], button, summary, select, textarea, input:not([type=hidden])';
    for (const one of document.querySelectorAll(controls)) {
        if (unseen(one) || (one.tagName === 'A' && inSentence(one))) continue;
        const label = one.closest('label') ?? one;
        const parts = [box(one), box(label)];
        const high = Math.max(...parts.map(part => part.height));
        const wide = Math.max(...parts.map(part => part.width));
        if (high < 43.5 || wide < 43.5) {
            found.push(`target of ${Math.round(wide)} × ${Math.round(high)}: ${named(one)}`);
        }
    }
}

if (what === 'chinese' && root.lang === 'zh-CN' && document.body.classList.contains('expert')) {
    const closing = /[，。、；：？！）》」』”’…％%]/;
    const han = '[\\u4e00-\\u9fff]';
    const joined = new RegExp(`${han}[A-Za-z0-9]|[A-Za-z0-9]${han}`);
    const range = document.createRange();
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode());) {
        const around = node.parentElement;
        const text = node.data;
        if (!text.trim() || unseen(around) || around.closest('svg, [lang=en], textarea')) continue;
        const short = text.trim().slice(0, 30);
        if (joined.test(text)) found.push(`no space between Chinese and the rest: ${short}`);
        if (/["']/.test(text)) found.push(`straight quotation marks: ${short}`);
        if (new RegExp(`${han}[,;:?!]`).test(text)) found.push(`narrow punctuation: ${short}`);
        if (getComputedStyle(around).lineBreak !== 'strict') found.push(`lax lines: ${short}`);
        let before = null;
        for (let at = 0; at < text.length; at += 1) {
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            const here = range.getClientRects()[0];
            if (!here || !here.width) continue;
            if (before && here.top > before.bottom - 2 && closing.test(text[at])) {
                found.push(`a line begins with ${text[at]}: ${short}`);
            }
            before = here;
        }
    }
}

if (what === 'forced') {
    for (const one of document.querySelectorAll('.btn:not(.link), textarea, select, input')) {
        if (unseen(one) || one.matches('[type=radio], [type=checkbox], [type=hidden]')) continue;
        const around = one.closest('.stepper') ?? one;
        const look = getComputedStyle(around);
        if (look.borderTopStyle === 'none' || parseFloat(look.borderTopWidth) < 1
            || look.borderTopColor === getComputedStyle(document.body).backgroundColor) {
            found.push(`has no edge: ${named(one)}`);
        }
    }
}
return [...new Set(found)].slice(0, 8);
}
"""
