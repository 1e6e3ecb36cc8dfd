// Linking: what the instance shows to be scanned, and the code it made.

function showLinking(visible) {
  const {qr} = phone;
  $("linking").hidden = !visible || !qr;
  if (!qr) return;
  const source = `data:image/png;base64,${qr}`;
  if ($("qr").src !== source) $("qr").src = source;
  $("scan").disabled = $("pairing").lastElementChild.disabled = phone.state !== "notAuthorized";
}

function startLinking() {
  const link = async (wish, problem) => {
    const done = await act(wish);
    $("linking-problem").hidden = done;
    $("linking-problem").textContent = done ? "" : problem;
    if (done) $("code").value = "";
  };
  $("scan").onclick = () => link({act: "scan"}, "This did not link the phone. Try the code that is shown now.");
  $("pairing").onsubmit = (event) => {
    event.preventDefault();
    link({act: "enterCode", code: $("code").value}, "The instance knows no such code. Ask it for a new one.");
  };
}
