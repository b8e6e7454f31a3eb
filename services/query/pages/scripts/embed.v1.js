// Tells the page around how high the list is, whenever that changes.
(() => {
  let root = document.documentElement, told = 0
  new ResizeObserver(() => {
    let height = Math.ceil(root.getBoundingClientRect().height)
    if (height != told) parent.postMessage({groundswell: "height", height: told = height}, "*")
  }).observe(root)
})()
