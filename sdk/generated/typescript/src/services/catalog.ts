// Generated from the contract. Change the contract or the generator, not this file.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Empty } from "@bufbuild/protobuf/wkt";
import type { CallOptions, PagingOptions } from "../core/call.js";
import type { Channel } from "../core/channel.js";
import type { Paged } from "../core/paging.js";
import type { MethodInfo } from "../core/policy.js";
import type { Operation } from "../gen/google/longrunning/operations_pb.js";
import type {
  BatchUpsertItemsRequestSchema,
  BatchUpsertItemsResponse,
  CreateItemRequestSchema,
  DeleteItemRequestSchema,
  GetCatalogRequestSchema,
  GetItemRequestSchema,
  ImportItemsRequestSchema,
  ListItemsRequestSchema,
  ListItemsResponse,
  UpdateCatalogRequestSchema,
  UpdateItemRequestSchema,
} from "../gen/shortlist/v1/catalog_service_pb.js";
import { CatalogService } from "../gen/shortlist/v1/catalog_service_pb.js";
import type { Catalog, Item } from "../gen/shortlist/v1/item_pb.js";

const METHODS = {
  getCatalog: {
    desc: CatalogService.method.getCatalog,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 10_000,
    },
  },
  updateCatalog: {
    desc: CatalogService.method.updateCatalog,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 10_000,
    },
  },
  getItem: {
    desc: CatalogService.method.getItem,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 5_000,
    },
  },
  listItems: {
    desc: CatalogService.method.listItems,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 10_000,
      paging: { items: "items", pageToken: "pageToken", nextPageToken: "nextPageToken" },
    },
  },
  createItem: {
    desc: CatalogService.method.createItem,
    policy: {
      idempotent: false,
      retryableCodes: [],
      deadlineMs: 10_000,
    },
  },
  updateItem: {
    desc: CatalogService.method.updateItem,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 10_000,
    },
  },
  deleteItem: {
    desc: CatalogService.method.deleteItem,
    policy: {
      idempotent: false,
      retryableCodes: [],
      deadlineMs: 10_000,
    },
  },
  batchUpsertItems: {
    desc: CatalogService.method.batchUpsertItems,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 30_000,
    },
  },
  importItems: {
    desc: CatalogService.method.importItems,
    policy: {
      idempotent: false,
      retryableCodes: [],
      deadlineMs: 30_000,
    },
  },
} as const satisfies Record<string, MethodInfo>;

/**
 * Keeps the catalogue. A written item is recommendable within seconds; while it is deleted or
 * unavailable it never appears.
 *
 * Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED, OVERLOADED,
 * DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
 */
export class CatalogClient {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Returns the attribute schema. */
  getCatalog(
    request: MessageInitShape<typeof GetCatalogRequestSchema> = {},
    options?: CallOptions,
  ): Promise<Catalog> {
    return this.#channel.unary(METHODS.getCatalog, request, options);
  }

  /**
   * Declares attributes; additive only. Errors: INVALID_REQUEST for a removed attribute or a
   * changed type.
   */
  updateCatalog(
    request: MessageInitShape<typeof UpdateCatalogRequestSchema>,
    options?: CallOptions,
  ): Promise<Catalog> {
    return this.#channel.unary(METHODS.updateCatalog, request, options);
  }

  /** Returns one item. Errors: INVALID_REQUEST, ITEM_NOT_FOUND. */
  getItem(
    request: MessageInitShape<typeof GetItemRequestSchema>,
    options?: CallOptions,
  ): Promise<Item> {
    return this.#channel.unary(METHODS.getItem, request, options);
  }

  /**
   * Lists items in the order of their creation. Errors: INVALID_REQUEST, INVALID_FILTER,
   * UNKNOWN_ATTRIBUTE, INVALID_PAGE_TOKEN.
   */
  listItems(
    request: MessageInitShape<typeof ListItemsRequestSchema> = {},
    options?: CallOptions,
  ): Promise<ListItemsResponse> {
    return this.#channel.unary(METHODS.listItems, request, options);
  }

  /** As listItems, over all pages: yields what is listed, or whole `pages()`. */
  listItemsAll(
    request: MessageInitShape<typeof ListItemsRequestSchema> = {},
    options?: PagingOptions,
  ): Paged<ListItemsResponse, ListItemsResponse["items"][number]> {
    return this.#channel.paged(METHODS.listItems, request, options);
  }

  /** Creates an item. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, ITEM_ALREADY_EXISTS. */
  createItem(
    request: MessageInitShape<typeof CreateItemRequestSchema>,
    options?: CallOptions,
  ): Promise<Item> {
    return this.#channel.unary(METHODS.createItem, request, options);
  }

  /** Changes an item. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, ITEM_NOT_FOUND. */
  updateItem(
    request: MessageInitShape<typeof UpdateItemRequestSchema>,
    options?: CallOptions,
  ): Promise<Item> {
    return this.#channel.unary(METHODS.updateItem, request, options);
  }

  /**
   * Deletes an item; it never appears again from then on. Errors: INVALID_REQUEST, ITEM_NOT_FOUND.
   */
  deleteItem(
    request: MessageInitShape<typeof DeleteItemRequestSchema>,
    options?: CallOptions,
  ): Promise<Empty> {
    return this.#channel.unary(METHODS.deleteItem, request, options);
  }

  /**
   * Creates or replaces up to 1,000 items and answers for each. Errors of the whole batch:
   * INVALID_REQUEST, BATCH_TOO_LARGE.
   */
  batchUpsertItems(
    request: MessageInitShape<typeof BatchUpsertItemsRequestSchema>,
    options?: CallOptions,
  ): Promise<BatchUpsertItemsResponse> {
    return this.#channel.unary(METHODS.batchUpsertItems, request, options);
  }

  /**
   * Imports a file of items that lies in the deployment's import folder. Errors: INVALID_REQUEST.
   * The operation's response is ImportItemsResponse, its metadata ImportItemsMetadata.
   */
  importItems(
    request: MessageInitShape<typeof ImportItemsRequestSchema>,
    options?: CallOptions,
  ): Promise<Operation> {
    return this.#channel.unary(METHODS.importItems, request, options);
  }
}
