package io.music.sdk

import com.google.protobuf.Empty
import io.grpc.Status.Code
import io.music.google.longrunning.Operation
import io.music.sdk.internal.Caller
import io.music.sdk.transport.CachePolicy
import io.music.sdk.transport.RpcMethod
import io.music.v1.Album
import io.music.v1.DeleteRequest
import io.music.v1.GetAlbumRequest
import io.music.v1.ImportRequest
import io.music.v1.ListAlbumsRequest
import io.music.v1.ListAlbumsResponse
import io.music.v1.UpdateAlbumRequest
import kotlin.time.Duration.Companion.milliseconds

/** Keeps albums. */
public class AlbumsClient internal constructor(
    private val caller: Caller,
) {
    /** Returns an album. Errors: ALBUM_NOT_FOUND. */
    public suspend fun getAlbum(
        request: GetAlbumRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Album = caller.call(GET_ALBUM, request, options)

    /** Lists albums. */
    public suspend fun listAlbums(
        request: ListAlbumsRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): ListAlbumsResponse = caller.call(LIST_ALBUMS, request, options)

    /** The whole list of [listAlbums], page after page as it is collected. */
    public fun listAlbumsPaged(
        request: ListAlbumsRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Paged<ListAlbumsResponse, Album> =
        Paged(
            firstToken = request.getCursor(),
            options = options,
            fetch = { token, each ->
                val page = request.toBuilder().setCursor(token).build()
                caller.call(LIST_ALBUMS, page, each)
            },
            items = { it.getAlbumsList() },
            nextToken = { it.getNextCursor() },
        )

    /** Changes an album. */
    public suspend fun updateAlbum(
        request: UpdateAlbumRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Album = caller.call(UPDATE_ALBUM, request, options)

    /** Deletes an album. Its name is a keyword in some languages. */
    public suspend fun delete(
        request: DeleteRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ) {
        caller.call(DELETE, request, options)
    }

    /** Imports a folder of albums. */
    public suspend fun import_(
        request: ImportRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Operation = caller.call(IMPORT, request, options)

    /** The methods, for transports and mocks. */
    public companion object {
        /** GetAlbum. */
        public val GET_ALBUM: RpcMethod<GetAlbumRequest, Album> =
            RpcMethod(
                name = "music.v1.AlbumService/GetAlbum",
                request = GetAlbumRequest.getDefaultInstance(),
                reply = Album.getDefaultInstance(),
                defaultDeadline = 3000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE, Code.ABORTED),
                cache =
                    CachePolicy(
                        maxAge = 60000.milliseconds,
                        staleIfError = 3600000.milliseconds,
                        key = { it },
                    ),
            )

        /** ListAlbums. */
        public val LIST_ALBUMS: RpcMethod<ListAlbumsRequest, ListAlbumsResponse> =
            RpcMethod(
                name = "music.v1.AlbumService/ListAlbums",
                request = ListAlbumsRequest.getDefaultInstance(),
                reply = ListAlbumsResponse.getDefaultInstance(),
                defaultDeadline = 1500.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
            )

        /** UpdateAlbum. */
        public val UPDATE_ALBUM: RpcMethod<UpdateAlbumRequest, Album> =
            RpcMethod(
                name = "music.v1.AlbumService/UpdateAlbum",
                request = UpdateAlbumRequest.getDefaultInstance(),
                reply = Album.getDefaultInstance(),
                defaultDeadline = 3000.milliseconds,
                isIdempotent = false,
                retryableCodes = setOf(),
            )

        /** Delete. */
        public val DELETE: RpcMethod<DeleteRequest, Empty> =
            RpcMethod(
                name = "music.v1.AlbumService/Delete",
                request = DeleteRequest.getDefaultInstance(),
                reply = Empty.getDefaultInstance(),
                defaultDeadline = 3000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
            )

        /** Import. */
        public val IMPORT: RpcMethod<ImportRequest, Operation> =
            RpcMethod(
                name = "music.v1.AlbumService/Import",
                request = ImportRequest.getDefaultInstance(),
                reply = Operation.getDefaultInstance(),
                defaultDeadline = 30000.milliseconds,
                isIdempotent = false,
                retryableCodes = setOf(),
            )
    }
}
