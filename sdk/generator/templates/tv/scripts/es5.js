// Finds what parses as ES5 but does not run on old engines: globals and functions that came later.
'use strict';

const GLOBALS = new Set([
  'AbortController', 'BigInt', 'FinalizationRegistry', 'Headers', 'IntersectionObserver', 'Map', 'Promise', 'Proxy',
  'Reflect', 'Request', 'Response', 'Set', 'Symbol', 'TextDecoder', 'TextEncoder', 'URL', 'URLSearchParams', 'WeakMap',
  'WeakRef', 'WeakSet', 'fetch', 'globalThis', 'queueMicrotask', 'structuredClone'
]);

const FUNCTIONS = new Set([
  'append', 'assign', 'at', 'closest', 'codePointAt', 'copyWithin', 'endsWith', 'entries', 'fill', 'find', 'findIndex', 'finally',
  'flat', 'flatMap', 'fromEntries', 'includes', 'isFinite', 'isInteger', 'isNaN', 'matchAll', 'normalize', 'padEnd', 'padStart',
  'prepend', 'randomUUID', 'repeat', 'replaceAll', 'sendBeacon', 'startsWith', 'then', 'toggleAttribute', 'trimEnd',
  'trimStart', 'values'
]);

function forbidden(program) {
  const faults = [];
  visit(program, null, null, (node, parent, role) => {
    const isMember = parent && parent.type === 'MemberExpression' && role === 'property' && !parent.computed;
    if (node.type === 'Identifier' && !isMember && role !== 'key' && GLOBALS.has(node.name)) {
      faults.push(`${node.name} (line ${node.loc.start.line})`);
    }
    if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && !node.callee.computed) {
      if (FUNCTIONS.has(node.callee.property.name)) {
        faults.push(`.${node.callee.property.name}() (line ${node.loc.start.line})`);
      }
    }
  });
  return faults;
}

function visit(node, parent, role, see) {
  see(node, parent, role);
  for (const key of Object.keys(node)) {
    for (const child of [].concat(node[key])) {
      if (child && typeof child.type === 'string') {
        visit(child, node, key, see);
      }
    }
  }
}

module.exports = { forbidden };
