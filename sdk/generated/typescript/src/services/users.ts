// Generated from the contract. Change the contract or the generator, not this file.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CallOptions } from "../core/call.js";
import type { Channel } from "../core/channel.js";
import type { MethodInfo } from "../core/policy.js";
import type { Operation } from "../gen/google/longrunning/operations_pb.js";
import type { User } from "../gen/shortlist/v1/user_pb.js";
import type {
  EraseUserRequestSchema,
  ExportUserRequestSchema,
  GetUserRequestSchema,
  MergeUsersRequestSchema,
  MergeUsersResponse,
  UpdateUserRequestSchema,
} from "../gen/shortlist/v1/user_service_pb.js";
import { UserService } from "../gen/shortlist/v1/user_service_pb.js";

const METHODS = {
  getUser: {
    desc: UserService.method.getUser,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 5_000,
    },
  },
  updateUser: {
    desc: UserService.method.updateUser,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 5_000,
    },
  },
  mergeUsers: {
    desc: UserService.method.mergeUsers,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 10_000,
    },
  },
  eraseUser: {
    desc: UserService.method.eraseUser,
    policy: {
      idempotent: true,
      retryableCodes: ["UNAVAILABLE"],
      deadlineMs: 30_000,
    },
  },
  exportUser: {
    desc: UserService.method.exportUser,
    policy: {
      idempotent: false,
      retryableCodes: [],
      deadlineMs: 30_000,
    },
  },
} as const satisfies Record<string, MethodInfo>;

/**
 * Keeps profiles and honours the rights of users over their data.
 *
 * Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
 * SUBJECT_MISMATCH, OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
 */
export class UsersClient {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Returns a profile. Errors: INVALID_REQUEST, USER_NOT_FOUND. */
  getUser(
    request: MessageInitShape<typeof GetUserRequestSchema>,
    options?: CallOptions,
  ): Promise<User> {
    return this.#channel.unary(METHODS.getUser, request, options);
  }

  /** Changes a profile. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, USER_NOT_FOUND. */
  updateUser(
    request: MessageInitShape<typeof UpdateUserRequestSchema>,
    options?: CallOptions,
  ): Promise<User> {
    return this.#channel.unary(METHODS.updateUser, request, options);
  }

  /**
   * Adds a visitor's events to a user, once: from then on the visitor's history counts as the
   * user's, and later events of the visitor go to the user. Errors: INVALID_REQUEST.
   */
  mergeUsers(
    request: MessageInitShape<typeof MergeUsersRequestSchema>,
    options?: CallOptions,
  ): Promise<MergeUsersResponse> {
    return this.#channel.unary(METHODS.mergeUsers, request, options);
  }

  /**
   * Erases everything about a user from every store. Errors: INVALID_REQUEST. The operation's
   * response is ErasureReceipt, its metadata UserOperationMetadata.
   */
  eraseUser(
    request: MessageInitShape<typeof EraseUserRequestSchema>,
    options?: CallOptions,
  ): Promise<Operation> {
    return this.#channel.unary(METHODS.eraseUser, request, options);
  }

  /**
   * Writes everything held about a user into files in the deployment's export folder. Errors:
   * INVALID_REQUEST. The operation's response is UserExport, its metadata UserOperationMetadata.
   */
  exportUser(
    request: MessageInitShape<typeof ExportUserRequestSchema>,
    options?: CallOptions,
  ): Promise<Operation> {
    return this.#channel.unary(METHODS.exportUser, request, options);
  }
}
