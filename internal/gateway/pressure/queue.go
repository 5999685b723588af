package pressure

import "container/list"

// waiter is a request in the queue. err is valid once done is closed.
type waiter struct {
	done    chan struct{}
	err     error
	class   Class
	flow    *flow
	element *list.Element // of flow.waiters, nil once the waiter has left the queue
}

// flow is the waiting requests of one client in one class, in the order of their
// arrival. A client without a waiting request has none, so the queue's size bounds the
// memory, whatever the number of clients.
type flow struct {
	client   uint64
	waiters  list.List     // of *waiter
	turn     *list.Element // of classQueue.turns
	byLength *list.Element // of classQueue.byLength
}

// classQueue is the waiting requests of one class. Clients take turns (fair queueing as
// in RFC 970: a round robin of sources); where there is no room, the client that waits
// with most requests gives up its last one.
type classQueue struct {
	length   int
	flows    map[uint64]*flow
	turns    list.List    // of *flow, the next one first
	byLength []*list.List // of *flow: at i those with i waiters
	longest  int          // of byLength
}

// push adds w for client.
func (q *classQueue) push(w *waiter, client uint64) {
	f := q.flows[client]
	if f == nil {
		if q.flows == nil {
			q.flows = map[uint64]*flow{}
		}
		f = &flow{client: client}
		q.flows[client] = f
		f.turn = q.turns.PushBack(f)
	}
	w.flow, w.element = f, f.waiters.PushBack(w)
	q.length++
	q.resized(f, f.waiters.Len()-1)
}

// next is the waiter whose turn it is, nil for none.
func (q *classQueue) next() *waiter {
	front := q.turns.Front()
	if front == nil {
		return nil
	}
	return front.Value.(*flow).waiters.Front().Value.(*waiter)
}

// last is the waiter that gives way first, nil for none.
func (q *classQueue) last() *waiter {
	if q.length == 0 {
		return nil
	}
	return q.byLength[q.longest].Front().Value.(*flow).waiters.Back().Value.(*waiter)
}

// waitersOf is how many requests of client wait.
func (q *classQueue) waitersOf(client uint64) int {
	if f := q.flows[client]; f != nil {
		return f.waiters.Len()
	}
	return 0
}

// remove takes w out of the queue. served says that it was its client's turn.
func (q *classQueue) remove(w *waiter, served bool) {
	f := w.flow
	f.waiters.Remove(w.element)
	w.element = nil
	q.length--
	q.resized(f, f.waiters.Len()+1)
	switch {
	case f.waiters.Len() == 0:
		q.turns.Remove(f.turn)
		delete(q.flows, f.client)
	case served:
		q.turns.MoveToBack(f.turn)
	}
}

// resized moves f to the list of its new length, which differs from before by one.
func (q *classQueue) resized(f *flow, before int) {
	now := f.waiters.Len()
	for len(q.byLength) <= max(now, before) {
		q.byLength = append(q.byLength, list.New())
	}
	if before > 0 {
		q.byLength[before].Remove(f.byLength)
	}
	if now > 0 {
		f.byLength = q.byLength[now].PushBack(f)
	}
	if now > q.longest {
		q.longest = now
	}
	for q.longest > 0 && q.byLength[q.longest].Len() == 0 {
		q.longest--
	}
}
