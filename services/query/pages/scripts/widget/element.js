// What both elements are: a shadow with our style, told when something about it changes or somebody comes near.

const lives = new WeakMap,
  sheet = new CSSStyleSheet,
  eye = new IntersectionObserver(all => all.forEach(i => lives.get(i.target).look(i)), {rootMargin: "400px"}),

  // A new element, its part (which is also its class), and what is in it.
  tag = (n, part, ...inside) => {
    n = d.createElement(n);
    n.part = n.className = part;
    n.append(...inside);
    return n
  },

  // Text that somebody has selected stays so if it has not changed.
  put = (e, t) => e.textContent == t || (e.textContent = t),

  // An element: what it does when it comes, has changed, is looked at or no longer, and goes.
  define = (n, f) => customElements.get(n) || customElements.define(n, class extends HTMLElement {
    #life = f(this, this.attachShadow({mode: "open"}));
    #told = new MutationObserver(all => all.every(m => /class|style/.test(m.attributeName)) || this.#life.change());
    connectedCallback() {
      this.shadowRoot.adoptedStyleSheets = [sheet];
      lives.set(this, this.#life);
      this.#life.come();
      this.#told.observe(this, {attributes: true});
      eye.observe(this)
    }
    disconnectedCallback() {
      eye.unobserve(this);
      this.#told.disconnect();
      this.#life.look({});
      this.#life.go()
    }
  });

sheet.replaceSync("style.css");
