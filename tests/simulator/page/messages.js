// Messages: one line of each for lists and quotes, and a bubble with all of it.

const clockTime = new Intl.DateTimeFormat(undefined, {hour: "2-digit", minute: "2-digit"});
const WORDS = {
  image: "Photo", video: "Video", audio: "Audio", document: "Document", sticker: "Sticker",
  location: "Location", contact: "Contact", contacts: "Contacts", poll: "Poll", invite: "Invitation",
};
const OUTCOMES = {
  pickUp: "picked up", hangUp: "hung up", hungUp: "hung up", declined: "declined", missed: "missed", invalid: "failed",
};
const PLAIN = new Set(["text", "buttons", "choice"]);

const callWords = (call) =>
  `${call.fromMe ? "Outgoing" : "Incoming"} call, ${OUTCOMES[call.outcome] || "ringing"}`;

function summary(message, className) {
  const line = element("span", className);
  const kind = message.deleted ? "deleted" : message.type;
  if (kind === "deleted") line.append(icon(kind), "Message deleted");
  else if (kind === "call") line.append(icon(kind), callWords(message));
  else if (PLAIN.has(kind)) line.append(plain(message.text));
  else {
    const detail = plain(message.text) || message.location?.name || message.contact?.name || message.invite
      || (kind === "document" ? message.file.name : "");
    line.append(icon(kind), detail ? `${WORDS[kind]}: ` : WORDS[kind], element("bdi", "", detail));
  }
  line.dir = PLAIN.has(kind) ? "auto" : "ltr";
  return line;
}

function note(name, text) {
  const node = element("p", "note");
  node.append(icon(name), text);
  return node;
}

function quote(quoted) {
  const node = element("div", "quote"), name = node.appendChild(element("p", "name", quoted.fromMe ? "You" : quoted.sender));
  name.dir = "auto";
  node.append(summary(quoted, "said"));
  return node;
}

// One tick: sent. Two: delivered, and in blue read.
function ticks(status) {
  const node = element("span", `ticks ${status}`);
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", status);
  node.append(icon(status === "sent" ? "sent" : "delivered"));
  return node;
}

function reactions(message) {
  const node = element("div", "reactions"), mine = actor();
  for (const {emoji, who, id} of message.reactions) {
    const chip = node.appendChild(element(id === mine ? "button" : "span", "chip", emoji));
    chip.title = id === mine ? "Take it back" : who;
    if (id !== mine) chip.setAttribute("aria-label", `${emoji} ${who}`);
    else chip.onclick = () => act({act: "react", message: message.id, emoji: ""});
  }
  return node;
}

function callNote(call) {
  const node = element("div", call.outcome && call.outcome !== "pickUp" ? "day called missed" : "day called");
  node.append(icon("call"), `${callWords(call)} · ${clockTime.format(call.timestamp * 1000)}`);
  node.refresh = () => {};
  return node;
}

function words(message) {
  const text = element("div", "text");
  text.dir = "auto";
  return write(message.text, text);
}

// What changes often is refreshed in its place, so that nothing stops playing.
function bubble(message, inGroup) {
  if (message.type === "call") return callNote(message);
  const node = element("div", message.fromMe ? "bubble" : "bubble theirs");
  const body = node.appendChild(element("div", "body"));
  if (inGroup && !message.fromMe) body.appendChild(element("p", "sender", message.sender)).dir = "auto";
  if (message.deleted) body.append(note("deleted", "This message was deleted"));
  else {
    if (message.forwarded) body.append(note("forwarded", "Forwarded"));
    if (message.quoted) body.append(quote(message.quoted));
    body.append(...content(message));
    node.classList.toggle("rich", !PLAIN.has(message.type) || message.type === "buttons");
    if (message.type === "sticker") node.classList.add("bare");
    if (message.text && message.type !== "poll") body.append(words(message));
    body.append(...below(message));
  }
  const edited = message.edited && !message.deleted ? "Edited · " : "";
  const meta = body.appendChild(element("span", "meta", edited + clockTime.format(message.timestamp * 1000)));
  const mark = meta.appendChild(element("span")), chips = node.appendChild(element("div"));
  if (!message.deleted) node.append(moreButton(message));
  node.refresh = (now) => {
    if (now.status && !now.deleted) mark.replaceChildren(ticks(now.status));
    chips.replaceChildren(...(now.reactions.length && !now.deleted ? [reactions(now)] : []));
  };
  return node;
}
