// Generated from the contract. Change the contract or the generator, not this file.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Empty } from "@bufbuild/protobuf/wkt";
import type { CallOptions, PagingOptions } from "../core/call.js";
import type { Channel } from "../core/channel.js";
import type { Paged } from "../core/paging.js";
import type { MethodInfo } from "../core/policy.js";
import type { Operation } from "../gen/google/longrunning/operations_pb.js";
import type { Album } from "../gen/music/v1/album_pb.js";
import type {
  DeleteRequestSchema,
  GetAlbumRequestSchema,
  ImportRequestSchema,
  ListAlbumsRequestSchema,
  ListAlbumsResponse,
  UpdateAlbumRequestSchema,
} from "../gen/music/v1/album_service_pb.js";
import { AlbumService } from "../gen/music/v1/album_service_pb.js";

const METHODS = {
  getAlbum: {
    desc: AlbumService.method.getAlbum,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE", "ABORTED"],
      deadlineMs: 3_000,
      cache: { maxAgeMs: 60_000, staleIfErrorMs: 3_600_000 },
    },
  },
  listAlbums: {
    desc: AlbumService.method.listAlbums,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 1_500,
      paging: { items: "albums", pageToken: "cursor", nextPageToken: "nextCursor" },
    },
  },
  updateAlbum: {
    desc: AlbumService.method.updateAlbum,
    policy: {
      idempotent: false,
      retryableCodes: [],
      deadlineMs: 3_000,
    },
  },
  delete: {
    desc: AlbumService.method.delete,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 3_000,
    },
  },
  import: {
    desc: AlbumService.method.import,
    policy: {
      idempotent: false,
      retryableCodes: [],
      deadlineMs: 30_000,
    },
  },
} as const satisfies Record<string, MethodInfo>;

/** Keeps albums. */
export class AlbumsClient {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Returns an album. Errors: ALBUM_NOT_FOUND. */
  getAlbum(
    request: MessageInitShape<typeof GetAlbumRequestSchema>,
    options?: CallOptions,
  ): Promise<Album> {
    return this.#channel.unary(METHODS.getAlbum, request, options);
  }

  /** Lists albums. */
  listAlbums(
    request: MessageInitShape<typeof ListAlbumsRequestSchema> = {},
    options?: CallOptions,
  ): Promise<ListAlbumsResponse> {
    return this.#channel.unary(METHODS.listAlbums, request, options);
  }

  /** As listAlbums, over all pages: yields what is listed, or whole `pages()`. */
  listAlbumsAll(
    request: MessageInitShape<typeof ListAlbumsRequestSchema> = {},
    options?: PagingOptions,
  ): Paged<ListAlbumsResponse, ListAlbumsResponse["albums"][number]> {
    return this.#channel.paged(METHODS.listAlbums, request, options);
  }

  /** Changes an album. */
  updateAlbum(
    request: MessageInitShape<typeof UpdateAlbumRequestSchema>,
    options?: CallOptions,
  ): Promise<Album> {
    return this.#channel.unary(METHODS.updateAlbum, request, options);
  }

  /** Deletes an album. Its name is a keyword in some languages. */
  delete(
    request: MessageInitShape<typeof DeleteRequestSchema> = {},
    options?: CallOptions,
  ): Promise<Empty> {
    return this.#channel.unary(METHODS.delete, request, options);
  }

  /** Imports a folder of albums. */
  import(
    request: MessageInitShape<typeof ImportRequestSchema> = {},
    options?: CallOptions,
  ): Promise<Operation> {
    return this.#channel.unary(METHODS.import, request, options);
  }
}
