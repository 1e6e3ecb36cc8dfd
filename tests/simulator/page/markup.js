"use strict";

// Nodes, and texts in them. Never as HTML: messages are strangers' texts.

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function drawing(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const ICONS = {
  image: "M3 5h18v14H3zM3 16l5-5 4 4 3-3 6 6M15.5 9.5h.01",
  video: "M3 6h12v12H3zM15 10.5 21 7v10l-6-3.5z",
  audio: "M4 10v4M8 6v12M12 3v18M16 7v10M20 10v4",
  document: "M6 3h8l5 5v13H6zM14 3v5h5M9 13h7M9 17h7",
  location: "M12 21s-7-6.2-7-11a7 7 0 0 1 14 0c0 4.8-7 11-7 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  contact: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c.6-4.5 3.6-6.5 8-6.5s7.4 2 8 6.5",
  poll: "M4 5h16M4 12h10M4 19h6",
  forwarded: "M14 5l6 6-6 6M20 11H9c-3.5 0-5 2.5-5 7",
  sticker: "M4 4h16v10l-6 6H4zM14 20v-6h6M9 9h.01M14.5 9h.01M8.5 12.5c1.5 2 4.5 2 6 0",
  contacts: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.4-4 3-6 6.5-6s6.1 2 6.5 6M16 4.500a3.5 3.5 0 0 1 0 6.500M18 14.500c2 .8 3.2 2.6 3.5 5.5",
  invite: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.4-4 3-6 6.5-6s6.1 2 6.5 6M19 8v6M16 11h6",
  buttons: "M4 5h16v6H4zM4 15h16v4H4z",
  choice: "M5 12.500l4.5 4.500L19 7.5",
  call: "M6 3h4l1.5 5L9 10c1 2.2 2.8 4 5 5l2-2.5 5 1.500v4c0 1.5-1 2.5-2.5 2.500C10.5 20.5 3.5 13.5 3.5 5.5 3.5 4 4.5 3 6 3z",
  reply: "M10 5l-6 6 6 6M4 11h11c3.5 0 5 2.5 5 7",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  attach: "M20 11l-8.5 8.500a5 5 0 0 1-7-7L13 4a3.5 3.5 0 0 1 5 5l-8.5 8.500a2 2 0 0 1-3-3L14 7",
  send: "M4 12 20 4l-5 16-3.5-6.500zM20 4l-8.5 9.5",
  close: "M6 6l12 12M18 6L6 18",
  more: "M12 6h.01M12 12h.01M12 18h.01",
  sent: "M5 12.500l4.5 4.500L19 7",
  delivered: "M1.5 12.5 6 17l9.5-10M11 16l1.5 1.500L22 7.5",
  deleted: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM5.6 5.6l12.8 12.8",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  link: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
};

function icon(name) {
  return drawing("svg", {class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true"},
    drawing("path", {d: ICONS[name]}));
}

const MARKUP = new RegExp([
  "```([\\s\\S]+?)```", "`([^`\\n]+)`",
  "(?<![\\p{L}\\p{N}])([*_~])(?=\\S)([^\\n]*?\\S)\\3(?![\\p{L}\\p{N}])",
  "(https?:\\/\\/[^\\s<>]+[^\\s<>.,;:!?)'\"*_~])",
].join("|"), "gu");
const TAGS = {"*": "strong", "_": "em", "~": "s"};

function outside(url, className, text) {
  const link = element("a", className, text);
  link.href = url; link.target = "_blank"; link.rel = "noopener noreferrer";
  return link;
}

function write(text, parent) {
  let end = 0;
  for (const match of text.matchAll(MARKUP)) {
    parent.append(text.slice(end, match.index));
    end = match.index + match[0].length;
    const [, block, code, mark, inner, url] = match;
    if (mark) write(inner, parent.appendChild(element(TAGS[mark])));
    else if (url) parent.append(outside(url, "", url));
    else parent.append(element("code", "", block?.trim() ?? code));
  }
  parent.append(text.slice(end));
  return parent;
}

const plain = (text) => write(text, element("span")).textContent.replace(/\s+/g, " ");
const face = (name) => (name.match(/[\p{L}\p{N}]/u) || ["#"])[0].toUpperCase();
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

function initial(name) {
  const picture = element("span", "face", face(name));
  picture.setAttribute("aria-hidden", "true");
  return picture;
}

const isLink = (url) => /^https?:\/\//i.test(url);

function size(bytes) {
  if (bytes < 1000) return plural(bytes, "byte");
  const [unit, value] = bytes < 1e6 ? ["kilobyte", bytes / 1e3] : ["megabyte", bytes / 1e6];
  const maximumFractionDigits = value < 10 ? 1 : 0;
  return new Intl.NumberFormat(undefined, {style: "unit", unit, maximumFractionDigits}).format(value);
}
