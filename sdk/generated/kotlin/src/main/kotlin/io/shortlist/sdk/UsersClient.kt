package io.shortlist.sdk

import io.grpc.Status.Code
import io.shortlist.google.longrunning.Operation
import io.shortlist.sdk.internal.Caller
import io.shortlist.sdk.transport.RpcMethod
import io.shortlist.v1.EraseUserRequest
import io.shortlist.v1.ErasureReceipt
import io.shortlist.v1.ExportUserRequest
import io.shortlist.v1.GetUserRequest
import io.shortlist.v1.MergeUsersRequest
import io.shortlist.v1.MergeUsersResponse
import io.shortlist.v1.UpdateUserRequest
import io.shortlist.v1.User
import io.shortlist.v1.UserExport
import io.shortlist.v1.UserOperationMetadata
import kotlin.time.Duration.Companion.milliseconds

/**
 * Keeps profiles and honours the rights of users over their data.
 *
 * Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
 * SUBJECT_MISMATCH, OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
 */
public class UsersClient internal constructor(
    private val caller: Caller,
) {
    /** Returns a profile. Errors: INVALID_REQUEST, USER_NOT_FOUND. */
    public suspend fun getUser(
        request: GetUserRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): User = caller.call(GET_USER, request, options)

    /** Changes a profile. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, USER_NOT_FOUND. */
    public suspend fun updateUser(
        request: UpdateUserRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): User = caller.call(UPDATE_USER, request, options)

    /**
     * Adds a visitor's events to a user, once: from then on the visitor's history counts as the
     * user's, and later events of the visitor go to the user. Errors: INVALID_REQUEST.
     */
    public suspend fun mergeUsers(
        request: MergeUsersRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): MergeUsersResponse = caller.call(MERGE_USERS, request, options)

    /**
     * Erases everything about a user from every store. Errors: INVALID_REQUEST. The operation's
     * response is ErasureReceipt, its metadata UserOperationMetadata.
     */
    public suspend fun eraseUser(
        request: EraseUserRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Operation = caller.call(ERASE_USER, request, options)

    /**
     * Writes everything held about a user into files in the deployment's export folder. Errors:
     * INVALID_REQUEST. The operation's response is UserExport, its metadata UserOperationMetadata.
     */
    public suspend fun exportUser(
        request: ExportUserRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Operation = caller.call(EXPORT_USER, request, options)

    /** The methods, for transports and mocks. */
    public companion object {
        /** GetUser. */
        public val GET_USER: RpcMethod<GetUserRequest, User> =
            RpcMethod(
                name = "shortlist.v1.UserService/GetUser",
                request = GetUserRequest.getDefaultInstance(),
                reply = User.getDefaultInstance(),
                defaultDeadline = 5000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
            )

        /** UpdateUser. */
        public val UPDATE_USER: RpcMethod<UpdateUserRequest, User> =
            RpcMethod(
                name = "shortlist.v1.UserService/UpdateUser",
                request = UpdateUserRequest.getDefaultInstance(),
                reply = User.getDefaultInstance(),
                defaultDeadline = 5000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
            )

        /** MergeUsers. */
        public val MERGE_USERS: RpcMethod<MergeUsersRequest, MergeUsersResponse> =
            RpcMethod(
                name = "shortlist.v1.UserService/MergeUsers",
                request = MergeUsersRequest.getDefaultInstance(),
                reply = MergeUsersResponse.getDefaultInstance(),
                defaultDeadline = 10000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
            )

        /** EraseUser. */
        public val ERASE_USER: RpcMethod<EraseUserRequest, Operation> =
            RpcMethod(
                name = "shortlist.v1.UserService/EraseUser",
                request = EraseUserRequest.getDefaultInstance(),
                reply = Operation.getDefaultInstance(),
                defaultDeadline = 30000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
            )

        /** ExportUser. */
        public val EXPORT_USER: RpcMethod<ExportUserRequest, Operation> =
            RpcMethod(
                name = "shortlist.v1.UserService/ExportUser",
                request = ExportUserRequest.getDefaultInstance(),
                reply = Operation.getDefaultInstance(),
                defaultDeadline = 30000.milliseconds,
                isIdempotent = false,
                retryableCodes = setOf(),
            )
    }
}
