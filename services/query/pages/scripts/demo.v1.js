// The demo shows articles at addresses of its own, so links of its lists lead there.
addEventListener("groundswell-click", event => {
  let page = new URL("article", location), via = event.target.getAttribute("via")
  page.search = new URLSearchParams({site: event.target.getAttribute("site"), id: event.detail.id})
  page.hash = via ? "via=" + via : ""
  event.preventDefault()
  location.assign(page)
})
