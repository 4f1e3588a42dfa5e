// Work that is queued on streams and runs only when something waits for it: as late as CUDA allows.
#pragma once
#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace deferred {

using Result = int;

/// Some bytes of host memory.
struct Range {
    uintptr_t start = 0;
    size_t bytes = 0;

    bool overlaps(const Range& other) const {
        return start < other.start + other.bytes && other.start < start + bytes;
    }
};

struct Stream;

/// A call of the driver that is yet to be made.
struct Operation {
    std::shared_ptr<Stream> stream;
    std::function<Result()> run;
    std::vector<std::shared_ptr<Operation>> after; // of other streams; they run before it
    Range host;                                    // what it reads or writes of host memory
    bool isDone = false;
};

/// A stream of the driver, which is destroyed with it.
struct Stream {
    void* context = nullptr;
    void* handle = nullptr;   // null for the default stream of the context
    bool isBlocking = false;  // whether it and the default stream wait for each other
    bool isDestroyed = false; // by the program; its work is still to be done
    bool isRunning = false;
    std::deque<std::shared_ptr<Operation>> queue;
    std::function<void()> destroy;

    ~Stream() {
        if (destroy) destroy();
    }
};

/// Calls that were put off so far, those that are queued now, and the most that were at a time.
struct Counts {
    long deferred = 0, queued = 0, most = 0;
};

/// All queued work. Any thread may call any member.
class Queue {
public:
    /// Adds a stream that the driver has made.
    void open(std::shared_ptr<Stream> stream) {
        std::lock_guard lock(mutex);
        streams.push_back(std::move(stream));
    }

    /// The stream with a handle, or the default stream of a context; null if there is none.
    std::shared_ptr<Stream> find(void* context, void* handle) {
        std::lock_guard lock(mutex);
        for (auto& stream : streams)
            if (!stream->isDestroyed && stream->handle == handle && (handle || stream->context == context))
                return stream;
        if (handle) return nullptr;
        auto& stream = streams.emplace_back(std::make_shared<Stream>());
        stream->context = context;
        return stream;
    }

    /// Forgets a stream as soon as its work is done.
    void close(const std::shared_ptr<Stream>& stream) {
        std::lock_guard lock(mutex);
        stream->isDestroyed = true;
        if (stream->queue.empty()) std::erase(streams, stream);
    }

    /// Queues a call.
    std::shared_ptr<Operation> add(
        const std::shared_ptr<Stream>& stream, std::function<Result()> run, Range host = {}) {
        std::lock_guard lock(mutex);
        auto operation = std::make_shared<Operation>();
        operation->stream = stream;
        operation->run = std::move(run);
        operation->host = host;
        for (auto& other : streams)
            if (other->context == stream->context && !other->queue.empty()
                && (stream->handle ? stream->isBlocking && !other->handle : other->isBlocking))
                operation->after.push_back(other->queue.back());
        stream->queue.push_back(operation);
        total.deferred++;
        total.most = std::max(total.most, ++total.queued);
        return operation;
    }

    /// Whether a queued call reads or writes some host memory.
    bool uses(const Range& memory) {
        std::lock_guard lock(mutex);
        for (auto& stream : streams)
            for (auto& operation : stream->queue)
                if (operation->host.overlaps(memory)) return true;
        return false;
    }

    bool isDone(const std::shared_ptr<Operation>& operation) {
        std::lock_guard lock(mutex);
        return operation->isDone;
    }

    /// Makes the oldest call of a stream, if there is any.
    void advance(const std::shared_ptr<Stream>& stream) {
        std::unique_lock lock(mutex);
        if (!stream->queue.empty()) runOldest(lock, stream);
    }

    /// Makes a call and all that come before it.
    void finish(const std::shared_ptr<Operation>& operation) {
        std::unique_lock lock(mutex);
        finish(lock, operation);
    }

    /// Makes all calls of a stream.
    void finish(const std::shared_ptr<Stream>& stream) {
        std::unique_lock lock(mutex);
        auto last = stream->queue.empty() ? nullptr : stream->queue.back();
        if (last) finish(lock, last);
    }

    /// Makes all calls of a context, or of every context if it is null: those of the newest stream first, which a
    /// device would hardly do.
    void finishAll(void* context) {
        std::unique_lock lock(mutex);
        std::vector<std::shared_ptr<Operation>> last;
        for (auto& stream : streams)
            if (!stream->queue.empty() && (!context || stream->context == context))
                last.push_back(stream->queue.back());
        for (; !last.empty(); last.pop_back()) finish(lock, last.back());
    }

    /// The first error of the calls of a context since this was last asked.
    Result takeError(void* context) {
        std::lock_guard lock(mutex);
        return std::exchange(errors[context], 0);
    }

    /// Forgets the streams of a context that is about to be destroyed, after their work.
    void closeContext(void* context) {
        std::lock_guard lock(mutex);
        std::erase_if(streams, [=](auto& stream) { return stream->context == context; });
    }

    /// How many calls there were.
    Counts counts() {
        std::lock_guard lock(mutex);
        return total;
    }

private:
    void finish(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Operation>& operation) {
        while (!operation->isDone) runOldest(lock, operation->stream);
    }

    // Streams wait only for calls that were queued before, so threads that each run a stream never wait in a circle.
    void runOldest(std::unique_lock<std::mutex>& lock, std::shared_ptr<Stream> stream) {
        if (stream->isRunning) {
            changed.wait(lock);
            return;
        }

        stream->isRunning = true;
        auto operation = stream->queue.front();
        for (auto& earlier : operation->after) finish(lock, earlier);
        lock.unlock();
        auto error = operation->run();
        lock.lock();
        if (auto& first = errors[stream->context]; !first) first = error;
        operation->isDone = true;
        operation->run = nullptr;
        operation->after.clear();
        stream->queue.pop_front();
        total.queued--;
        stream->isRunning = false;
        if (stream->isDestroyed && stream->queue.empty()) std::erase(streams, stream);
        changed.notify_all();
    }

    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::shared_ptr<Stream>> streams; // from the oldest to the newest
    std::map<void*, Result> errors;               // of contexts
    Counts total;
};

} // namespace deferred
