// What a message has beside its text: files, places, people, polls and buttons.

function picture(message, className = "picture") {
  const link = outside(message.file.url, className), image = link.appendChild(element("img"));
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
  let detail = "Did not arrive";
  if (here) detail = size(file.size);
  else if (isLink(file.url)) detail = `Link to ${new URL(file.url).host}`;
  words.append(name, element("p", "soft", [ending, detail].filter(Boolean).join(" · ")));
  const tile = element("span", "tile");
  tile.append(icon(message.type));
  card.append(tile, words);
  if (!here && !isLink(file.url)) return card;
  const link = here ? element("a", "act") : outside(file.url, "act");
  link.href = file.url;
  if (here) link.download = file.name;
  link.setAttribute("aria-label", here ? `Download ${file.name}` : `Open ${file.name}`);
  link.append(icon(here ? "download" : "link"));
  card.append(link);
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

function contact({name, phone, company}) {
  const card = element("div", "card"), words = element("div", "words");
  const title = words.appendChild(element("p", "title", name));
  title.dir = "auto";
  if (company && company !== name) words.appendChild(element("p", "soft", company)).dir = "auto";
  words.append(element("p", "soft", phone));
  card.append(initial(name), words);
  return card;
}

function invitation(message) {
  const card = element("div", "card"), words = element("div", "words");
  words.appendChild(element("p", "title", message.invite)).dir = "auto";
  words.append(element("p", "soft", "Invitation to a group"));
  card.append(initial(message.invite), words);
  return card;
}

// The person one writes as votes; the account's own side cannot.
function poll(message) {
  const {options, multipleAnswers} = message.poll, all = Object.values(message.votes);
  const node = element("fieldset", "poll"), question = node.appendChild(element("legend", "title text"));
  const mine = message.votes[actor()] || [];
  node.dir = "auto";
  write(message.text, question);
  node.append(element("p", "soft", multipleAnswers ? "Select one or more" : "Select one"));
  const inputs = options.map((option) => {
    const label = node.appendChild(element("label")), input = label.appendChild(element("input"));
    const count = all.filter((chosen) => chosen.includes(option)).length;
    input.type = multipleAnswers ? "checkbox" : "radio";
    input.name = message.id;
    input.value = option;
    input.checked = mine.includes(option);
    input.disabled = !actor();
    label.appendChild(element("span", "option")).append(element("bdi", "", option));
    const votes = label.appendChild(element("span", "count", count || ""));
    votes.setAttribute("aria-label", plural(count, "vote"));
    const bar = label.appendChild(element("span", "bar")).appendChild(element("span"));
    bar.style.inlineSize = `${all.length ? 100 * count / all.length : 0}%`;
    return input;
  });
  const vote = (chosen) => act({act: "vote", message: message.id, options: chosen});
  node.onchange = () => vote(inputs.filter((input) => input.checked).map((input) => input.value));
  for (const input of inputs) {
    // Whoever takes a single answer again takes it back.
    input.onclick = () => { if (!multipleAnswers && mine.includes(input.value)) vote([]); };
  }
  return node;
}

function buttons(message) {
  const node = element("div", "buttons");
  for (const {id, text, type, target} of message.buttons.buttons) {
    if (type === "url" && isLink(target)) {
      const link = node.appendChild(outside(target, "button"));
      link.append(icon("link"), element("bdi", "", text));
      continue;
    }
    const button = node.appendChild(element("button", "button"));
    button.append(element("bdi", "", text));
    if (type === "reply") {
      button.disabled = !actor() || message.pressed.includes(id);
      button.onclick = () => act({act: "press", message: message.id, button: id});
    } else {
      button.prepend(icon(type === "call" ? "call" : "document"));
      button.title = target;
      button.onclick = () => navigator.clipboard.writeText(target);
    }
  }
  return node;
}

// What stands above the text, and what below it.
function content(message) {
  const here = message.file && message.file.size !== null;
  switch (message.type) {
    case "text": case "choice": return [];
    case "location": return [place(message)];
    case "contact": return [contact(message.contact)];
    case "contacts": return message.contacts.map(contact);
    case "poll": return [poll(message)];
    case "invite": return [invitation(message)];
    case "buttons": return message.buttons.header ? [element("p", "title head", message.buttons.header)] : [];
    case "sticker": if (here) return [picture(message, "sticker")]; break;
    case "image": if (here) return [picture(message)]; break;
    case "video": if (here) return [player("video", message)]; break;
    case "audio": if (here) return [player("audio", message)]; break;
  }
  return [attachment(message)];
}

function below(message) {
  if (message.type !== "buttons") return [];
  const {footer} = message.buttons;
  return [...(footer ? [element("p", "soft foot", footer)] : []), buttons(message)];
}
