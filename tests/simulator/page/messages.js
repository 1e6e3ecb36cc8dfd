// Messages: one line of each for lists and quotes, and a bubble with all of it.

const clockTime = new Intl.DateTimeFormat(undefined, {hour: "2-digit", minute: "2-digit"});
const WORDS = {
  image: "Photo", video: "Video", audio: "Audio", document: "Document",
  location: "Location", contact: "Contact", poll: "Poll",
};

function summary(message, className) {
  const line = element("span", className);
  const kind = message.deleted ? "deleted" : message.type;
  if (kind === "deleted") line.append(icon(kind), "Message deleted");
  else if (kind === "text") line.append(plain(message.text));
  else {
    const detail = plain(message.text) || message.location?.name || message.contact?.name
      || (kind === "document" ? message.file.name : "");
    line.append(icon(kind), detail ? `${WORDS[kind]}: ` : WORDS[kind], element("bdi", "", detail));
  }
  line.dir = kind === "text" ? "auto" : "ltr";
  return line;
}

function picture(message) {
  const link = outside(message.file.url, "picture"), image = link.appendChild(element("img"));
  image.src = message.file.url;
  image.alt = plain(message.text) || message.file.name;
  return link;
}

function player(tag, message) {
  const node = element(tag, tag);
  node.controls = true;
  node.preload = "metadata";
  node.src = message.file.url;
  node.setAttribute("aria-label", message.file.name);
  return node;
}

function attachment(message) {
  const {file} = message, here = file.size !== null;
  const card = element("div", "card"), words = element("div", "words");
  const name = element("p", "title", file.name);
  name.dir = "auto";
  const ending = file.name.match(/\.([^.]+)$/)?.[1].toUpperCase() || "";
  const detail = here ? size(file.size) : `Link to ${new URL(file.url).host}`;
  words.append(name, element("p", "soft", `${ending} · ${detail}`));
  const tile = element("span", "tile");
  tile.append(icon(message.type));
  const link = here ? element("a", "act") : outside(file.url, "act");
  link.href = file.url;
  if (here) link.download = file.name;
  link.setAttribute("aria-label", here ? `Download ${file.name}` : `Open ${file.name}`);
  link.append(icon(here ? "download" : "link"));
  card.append(tile, words, link);
  return card;
}

// A map without a network: streets that look the same whenever the place is the same.
function map(latitude, longitude) {
  let seed = Math.abs(Math.sin(latitude * 127.1 + longitude * 311.7) * 43758.5453) % 1;
  const random = () => (seed = (seed * 9301 + 0.49297) % 1);
  const roads = [];
  const turn = random() * 50 - 25;
  for (let at = -120; at < 440; at += 34 + random() * 26) {
    roads.push(drawing("path", {class: random() < 0.25 ? "road wide" : "road", d: `M${at} -140V300`}));
  }
  for (let at = -120; at < 300; at += 30 + random() * 26) {
    roads.push(drawing("path", {class: random() < 0.25 ? "road wide" : "road", d: `M-140 ${at}H460`}));
  }
  const bank = 30 + random() * 90;
  const park = drawing("rect", {
    class: "park", x: 40 + random() * 60, y: 20 + random() * 50, width: 70, height: 50, rx: 6,
  });
  const river = drawing("path", {
    class: "water", d: `M-20 ${bank}C80 ${bank - 60} 120 ${bank + 70} 200 ${bank + 30}S300 ${bank - 20} 340 ${bank + 20}`,
  });
  return drawing("svg", {class: "map", viewBox: "0 0 320 150", preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true"},
    drawing("rect", {class: "land", width: 320, height: 150}),
    drawing("g", {transform: `rotate(${turn} 160 75)`}, park, ...roads),
    river,
    drawing("ellipse", {class: "shade", cx: 160, cy: 77, rx: 9, ry: 3}),
    drawing("path", {class: "pin", d: "M160 77c-11-14-19-23-19-34a19 19 0 0 1 38 0c0 11-8 20-19 34z"}),
    drawing("circle", {class: "hole", cx: 160, cy: 43, r: 7}));
}

const degrees = (value, [positive, negative]) =>
  `${Math.abs(value).toFixed(5)}° ${value < 0 ? negative : positive}`;

function place(message) {
  const {latitude, longitude, name, address} = message.location;
  const node = element("div", "place");
  node.append(map(latitude, longitude));
  for (const [className, text] of [["title", name], ["", address]]) {
    if (!text) continue;
    const line = node.appendChild(element("p", className, text));
    line.dir = "auto";
  }
  node.append(element("p", "soft", `${degrees(latitude, "NS")}, ${degrees(longitude, "EW")}`));
  return node;
}

function contact(message) {
  const {name, phone, company} = message.contact;
  const card = element("div", "card"), words = element("div", "words");
  const title = words.appendChild(element("p", "title", name));
  title.dir = "auto";
  if (company && company !== name) words.appendChild(element("p", "soft", company)).dir = "auto";
  words.append(element("p", "soft", phone));
  card.append(initial(name), words);
  return card;
}

function poll(message) {
  const {options, multipleAnswers} = message.poll;
  const node = element("fieldset", "poll"), question = node.appendChild(element("legend", "title text"));
  node.dir = "auto";
  write(message.text, question);
  node.append(element("p", "soft", multipleAnswers ? "Select one or more" : "Select one"));
  for (const option of options) {
    const label = node.appendChild(element("label")), input = label.appendChild(element("input"));
    input.type = multipleAnswers ? "checkbox" : "radio";
    input.disabled = true;
    label.appendChild(element("span")).append(element("bdi", "", option));
  }
  return node;
}

function content(message) {
  const here = message.file && message.file.size !== null;
  switch (message.type) {
    case "text": return [];
    case "location": return [place(message)];
    case "contact": return [contact(message)];
    case "poll": return [poll(message)];
    case "image": if (here) return [picture(message)]; break;
    case "video": if (here) return [player("video", message)]; break;
    case "audio": if (here) return [player("audio", message)]; break;
  }
  return [attachment(message)];
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

function bubble(message, inGroup) {
  const node = element("div", message.fromMe ? "bubble" : "bubble theirs");
  if (inGroup && !message.fromMe) node.appendChild(element("p", "sender", message.sender)).dir = "auto";
  if (message.deleted) node.append(note("deleted", "This message was deleted"));
  else {
    if (message.forwarded) node.append(note("forwarded", "Forwarded"));
    if (message.quoted) node.append(quote(message.quoted));
    node.append(...content(message));
    node.classList.toggle("rich", message.type !== "text");
    if (message.text && message.type !== "poll") {
      const text = node.appendChild(element("div", "text"));
      text.dir = "auto";
      write(message.text, text);
    }
  }
  const edited = message.edited && !message.deleted ? "Edited · " : "";
  const meta = node.appendChild(element("span", "meta", edited + clockTime.format(message.timestamp * 1000)));
  if (message.fromMe && !message.deleted) {
    const ticks = meta.appendChild(element("span", "ticks", "✓✓"));
    ticks.setAttribute("role", "img");
    ticks.setAttribute("aria-label", "delivered");
  }
  return node;
}
