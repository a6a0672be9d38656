package music

import (
	"container/list"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// defaultCacheEntries is how many replies a cache keeps.
const defaultCacheEntries = 100

// replyCache keeps the replies of methods whose policy allows it; the least used go first.
type replyCache struct {
	limit int

	mu      sync.Mutex
	entries map[string]*list.Element
	recent  *list.List
}

type cacheEntry struct {
	key    string
	reply  proto.Message
	stored time.Time
}

func newReplyCache(limit int) *replyCache {
	return &replyCache{limit: limit, entries: map[string]*list.Element{}, recent: list.New()}
}

// answer returns a fresh kept reply, else what fetch returns, else a stale one if the server can't be
// reached.
func (c *replyCache) answer(
	call *Call, now func() time.Time, fetch func() (proto.Message, error),
) (proto.Message, error) {
	method, info := call.Method, call.settings.info
	key, err := cacheKey(method, call.Request)
	if err != nil {
		return fetch()
	}
	kept, stored := c.get(key)
	if kept != nil && now().Sub(stored) <= method.CacheMaxAge {
		info.FromCache = true
		return kept, nil
	}
	reply, err := fetch()
	if err == nil {
		c.put(key, reply, now())
		return reply, nil
	}
	isReachable := asAPIError(err).Code != codes.Unavailable
	if kept == nil || isReachable || now().Sub(stored) > method.CacheMaxAge+method.CacheStaleIfError {
		return nil, err
	}
	info.FromCache, info.IsStale = true, true
	return kept, nil
}

// cacheKey is the method and the request, without the id that differs from call to call.
func cacheKey(method *Method, request proto.Message) (string, error) {
	if field := fieldOf(request, method.requestIDField); field != nil {
		request = proto.Clone(request)
		request.ProtoReflect().Clear(field)
	}
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(request)
	return method.FullName + "\x00" + string(encoded), err
}

func (c *replyCache) get(key string) (proto.Message, time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.entries[key]
	if !ok {
		return nil, time.Time{}
	}
	c.recent.MoveToFront(element)
	entry := element.Value.(*cacheEntry)
	return proto.Clone(entry.reply), entry.stored
}

func (c *replyCache) put(key string, reply proto.Message, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.entries[key]; ok {
		c.recent.Remove(element)
	}
	c.entries[key] = c.recent.PushFront(&cacheEntry{key, proto.Clone(reply), now})
	for c.recent.Len() > c.limit {
		last := c.recent.Back()
		c.recent.Remove(last)
		delete(c.entries, last.Value.(*cacheEntry).key)
	}
}

func (c *replyCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries = map[string]*list.Element{}
	c.recent.Init()
}
