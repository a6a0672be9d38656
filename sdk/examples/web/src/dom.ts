type Child = Node | string | null | undefined | false;
type Props = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;

/** Make an element. Functions become listeners, `true` an empty attribute, `false` none. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") {
      element.addEventListener(name, value);
    } else if (name.startsWith("--")) {
      element.style.setProperty(name, String(value));
    } else if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.filter((each): each is Node | string => Boolean(each)));
  return element;
}

/** Return the element with an id, which the page has. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) {
    throw new Error(`the page has no #${id}`);
  }
  return found;
}

const ICONS = {
  heart:
    "M10 17s-6.5-4.1-6.5-8.7A3.6 3.6 0 0 1 10 6.2a3.6 3.6 0 0 1 6.5 2.1C16.500 12.900 10 17 10 17Z",
  hide: "M5 5l10 10M15 5L5 15",
  open: "M4 10h12M11 5l5 5-5 5",
  eye: "M2.500 10S5.200 5 10 5s7.500 5 7.500 5-2.700 5-7.500 5-7.500-5-7.500-5ZM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  star: "M10 3.500l2 4.300 4.600.5-3.400 3.200.9 4.700L10 13.900l-4.100 2.300.9-4.700L3.400 8.300 8 7.800 10 3.500Z",
  bag: "M5 7h10l1 10H4L5 7Zm2.500 0V5.500a2.500 2.500 0 0 1 5 0V7",
} as const;

export type Icon = keyof typeof ICONS;

/** Return a picture that says nothing to screen readers. */
export function icon(name: Icon): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}
