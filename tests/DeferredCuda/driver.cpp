// A CUDA driver library that stands in front of another one and puts off what CUDA allows to be put off: kernels,
// copies, memsets and events are queued, and reach the other driver only when something waits for them. So a missing
// synchronization shows in the results, also on an emulator that does everything at once.
//
// - A kernel's arguments are taken at its launch. The host memory of a copy is read or written when the copy is made;
//   until then, a buffer that is to be written is full of 0xFF, a NaN. CUDA says that a copy of memory that is not
//   page-locked "might" be synchronous, so that is put off, too.
// - What waits: cuStreamSynchronize, cuEventSynchronize, cuCtxSynchronize and, for all work of the context, freeing
//   memory and unloading modules. cuEventQuery makes one call of the stream, so that polling ends.
// - The default stream and streams made without CU_STREAM_NON_BLOCKING wait for each other.
// - Errors of what was put off are returned by the call that waits.
//
// Environment: DEFERRED_CUDA_DRIVER is the path of the other driver; DEFERRED_CUDA_LOG, if given, that of
// a file to which each process adds a line of counts at its end. Only what ILGPU calls is exported: a program that
// needs more fails with the name that is missing.
#include "queue.h"
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>

#define API extern "C" __attribute__((visibility("default"))) deferred::Result

namespace {

using namespace deferred;
using Pointer = unsigned long long; // of a device, or of the host
using Word = uintptr_t;             // any argument: integers and pointers are passed alike

constexpr Result InvalidValue = 1, InvalidHandle = 400, NotReady = 600;
constexpr unsigned NonBlocking = 1;
constexpr int MemoryType = 2, DeviceMemory = 2; // an attribute of a pointer, and a value of it
const auto ArgumentBuffer = reinterpret_cast<void*>(1), ArgumentBytes = reinterpret_cast<void*>(2);

Queue& queue() { // never freed: other threads may use it while the process ends
    static auto* instance = new Queue;
    return *instance;
}

void* symbol(const char* name) {
    static const char* path = getenv("DEFERRED_CUDA_DRIVER");
    static void* library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
    auto found = library ? dlsym(library, name) : nullptr;
    if (found) return found;
    if (library) fprintf(stderr, "deferred CUDA: %s has no %s\n", path, name);
    else fprintf(stderr, "deferred CUDA: DEFERRED_CUDA_DRIVER is %s\n", path ? dlerror() : "not set");
    abort();
}

template <size_t Length> struct Name {
    char text[Length];
    constexpr Name(const char (&name)[Length]) { std::copy_n(name, Length, text); }
};

/// Calls a function of the other driver. The types of the arguments must be those of its parameters.
template <Name name, class... Arguments> Result driver(Arguments... arguments) {
    static auto function = reinterpret_cast<Result (*)(Arguments...)>(symbol(name.text));
    return function(arguments...);
}

void* currentContext() {
    void* context = nullptr;
    driver<"cuCtxGetCurrent">(&context);
    return context;
}

std::shared_ptr<Stream> streamOf(void* handle) { return queue().find(currentContext(), handle); }

/// Queues a call, which is made in the context of its stream whatever thread makes it.
template <class Call>
std::shared_ptr<Operation> putOff(const std::shared_ptr<Stream>& stream, Call call, Range host = {}) {
    return queue().add(stream, [context = stream->context, call]() mutable {
        auto before = currentContext();
        if (before == context) return call();
        driver<"cuCtxSetCurrent">(context);
        auto result = call();
        driver<"cuCtxSetCurrent">(before);
        return result;
    }, host);
}

/// Makes a call that waits, after what it waits for. An error of that comes first.
template <class Call> Result after(void* context, Call call) {
    auto error = queue().takeError(context);
    auto result = call();
    return error ? error : result;
}

template <class Call> Result after(const std::shared_ptr<Stream>& stream, Call call) {
    queue().finish(stream);
    return after(stream->context, call);
}

/// The same for a call that waits for all work of the current context.
template <class Call> Result afterAll(Call call) {
    auto context = currentContext();
    queue().finishAll(context);
    return after(context, call);
}

bool isOnDevice(Pointer pointer) {
    int type = 0;
    return driver<"cuPointerGetAttribute">(static_cast<void*>(&type), MemoryType, pointer) == 0 && type == DeviceMemory;
}

/// Host memory that was page-locked where it is, and what was done to it in spite of queued copies.
struct PageLocks {
    std::mutex mutex;
    std::map<void*, size_t> bytes;
    std::atomic<long> brokenCount = 0;
};

PageLocks& locks() {
    static auto* instance = new PageLocks;
    return *instance;
}

/// An event of the driver, which is destroyed with it: work that is queued keeps it. The program's handle is a
/// shared_ptr on the heap.
struct Event {
    void* handle = nullptr;
    std::atomic<std::shared_ptr<Operation>> record; // the last; null if there is none

    ~Event() { driver<"cuEventDestroy_v2">(handle); }

    bool isPending() const {
        auto last = record.load();
        return last && !queue().isDone(last);
    }
};

std::shared_ptr<Event>& eventOf(void* handle) { return *static_cast<std::shared_ptr<Event>*>(handle); }

struct Log {
    ~Log() {
        auto path = getenv("DEFERRED_CUDA_LOG");
        auto file = path ? fopen(path, "a") : nullptr;
        if (!file) return;
        auto counts = queue().counts();
        fprintf(
            file, "%ld calls put off, at most %ld at a time, %ld never made; %ld buffers unlocked during a copy\n",
            counts.deferred, counts.most, counts.queued, locks().brokenCount.load());
        fclose(file);
    }
} logAtExit;

} // namespace

// Work of streams.

API cuLaunchKernel(
    void* kernel, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY, unsigned blockZ,
    unsigned sharedBytes, void* handle, void** parameters, void** extra) {
    auto stream = streamOf(handle);
    if (!stream) return InvalidHandle;
    auto launch = [=](void** given, void** packed) {
        return driver<"cuLaunchKernel">(
            kernel, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes, handle, given, packed);
    };
    if (parameters) return after(stream, [=] { return launch(parameters, extra); }); // their sizes are unknown

    const char* source = nullptr;
    size_t bytes = 0;
    for (; extra && *extra; extra += 2) {
        if (extra[0] == ArgumentBuffer) source = static_cast<char*>(extra[1]);
        else if (extra[0] == ArgumentBytes) bytes = *static_cast<size_t*>(extra[1]);
        else return InvalidValue;
    }

    putOff(stream, [=, arguments = std::vector<char>(source, source + bytes)]() mutable {
        auto size = arguments.size();
        void* packed[] = {ArgumentBuffer, arguments.data(), ArgumentBytes, &size, nullptr};
        return launch(nullptr, packed);
    });
    return 0;
}

API cuMemcpyAsync(Pointer target, Pointer source, size_t bytes, void* handle) {
    auto stream = streamOf(handle);
    if (!stream) return InvalidHandle;
    auto copy = [=] { return driver<"cuMemcpyAsync">(target, source, bytes, handle); };
    auto [fromDevice, toDevice] = std::pair(isOnDevice(source), isOnDevice(target));
    if (!fromDevice && !toDevice) return after(stream, copy); // always synchronous
    auto host = fromDevice && toDevice ? Range{} : Range{toDevice ? source : target, bytes};
    if (!toDevice && !queue().uses(host)) memset(reinterpret_cast<void*>(target), 0xFF, bytes);
    putOff(stream, copy, host);
    return 0;
}

API cuMemsetD8Async(Pointer target, unsigned char value, size_t bytes, void* handle) {
    auto stream = streamOf(handle);
    if (!stream) return InvalidHandle;
    putOff(stream, [=] { return driver<"cuMemsetD8Async">(target, value, bytes, handle); });
    return 0;
}

API cuEventRecord(void* event, void* handle) {
    auto stream = streamOf(handle);
    if (!stream || !event) return InvalidHandle;
    auto recorded = eventOf(event);
    recorded->record = putOff(stream, [=] { return driver<"cuEventRecord">(recorded->handle, handle); });
    return 0;
}

// What waits.

API cuStreamSynchronize(void* handle) {
    auto stream = streamOf(handle);
    if (!stream) return InvalidHandle;
    return after(stream, [=] { return driver<"cuStreamSynchronize">(handle); });
}

API cuEventSynchronize(void* event) {
    if (!event) return InvalidHandle;
    auto waited = eventOf(event);
    auto last = waited->record.load();
    if (last) queue().finish(last);
    return after(currentContext(), [=] { return driver<"cuEventSynchronize">(waited->handle); });
}

API cuEventQuery(void* event) {
    if (!event) return InvalidHandle;
    auto asked = eventOf(event);
    if (asked->isPending()) queue().advance(asked->record.load()->stream);
    return asked->isPending() ? NotReady : driver<"cuEventQuery">(asked->handle);
}

API cuCtxSynchronize() {
    return afterAll([] { return driver<"cuCtxSynchronize">(); });
}

API cuMemFree_v2(Pointer memory) {
    return afterAll([=] { return driver<"cuMemFree_v2">(memory); });
}

API cuMemFreeHost(void* memory) {
    return afterAll([=] { return driver<"cuMemFreeHost">(memory); });
}

API cuModuleUnload(void* module) { // by a finalizer, in whatever context
    queue().finishAll(nullptr);
    return driver<"cuModuleUnload">(module);
}

API cuCtxDestroy_v2(void* context) {
    queue().finishAll(context);
    queue().closeContext(context);
    return driver<"cuCtxDestroy_v2">(context);
}

// Streams, events and page-locked memory.

API cuStreamCreateWithPriority(void** handle, unsigned flags, int priority) {
    if (auto error = driver<"cuStreamCreateWithPriority">(handle, flags, priority)) return error;
    auto stream = std::make_shared<Stream>();
    stream->context = currentContext();
    stream->handle = *handle;
    stream->isBlocking = (flags & NonBlocking) == 0;
    stream->destroy = [made = *handle] { driver<"cuStreamDestroy_v2">(made); };
    queue().open(stream);
    return 0;
}

API cuStreamCreate(void** handle, unsigned flags) { return cuStreamCreateWithPriority(handle, flags, 0); }

API cuStreamDestroy_v2(void* handle) {
    auto stream = handle ? streamOf(handle) : nullptr;
    if (!stream) return InvalidHandle;
    queue().close(stream);
    return 0;
}

API cuEventCreate(void** event, unsigned flags) {
    auto made = std::make_shared<Event>();
    if (auto error = driver<"cuEventCreate">(&made->handle, flags)) return error;
    *event = new std::shared_ptr(made);
    return 0;
}

API cuEventDestroy_v2(void* event) {
    if (!event) return InvalidHandle;
    delete &eventOf(event);
    return 0;
}

API cuEventElapsedTime(float* milliseconds, void* start, void* end) {
    if (!start || !end) return InvalidHandle;
    auto [from, to] = std::pair(eventOf(start), eventOf(end));
    if (from->isPending() || to->isPending()) return NotReady;
    return driver<"cuEventElapsedTime">(milliseconds, from->handle, to->handle);
}

API cuMemHostRegister_v2(void* memory, size_t bytes, unsigned flags) {
    auto error = driver<"cuMemHostRegister_v2">(memory, bytes, flags);
    std::lock_guard lock(locks().mutex);
    if (!error) locks().bytes[memory] = bytes;
    return error;
}

API cuMemHostUnregister(void* memory) {
    size_t bytes = 0;
    {
        std::lock_guard lock(locks().mutex);
        if (auto found = locks().bytes.extract(memory)) bytes = found.mapped();
    }

    if (queue().uses({reinterpret_cast<uintptr_t>(memory), bytes})) {
        locks().brokenCount++; // whoever unlocks memory is about to free it
        queue().finishAll(nullptr);
    }

    return driver<"cuMemHostUnregister">(memory);
}

// What runs at once and changes nothing that is queued.

#define PASS_ON(name) \
    API name(Word a, Word b, Word c, Word d, Word e, Word f) { return driver<#name>(a, b, c, d, e, f); }

PASS_ON(cuInit)
PASS_ON(cuDriverGetVersion)
PASS_ON(cuGetErrorString)
PASS_ON(cuDeviceGetCount)
PASS_ON(cuDeviceGet)
PASS_ON(cuDeviceGetName)
PASS_ON(cuDeviceGetAttribute)
PASS_ON(cuDeviceGetP2PAttribute)
PASS_ON(cuDeviceCanAccessPeer)
PASS_ON(cuDeviceTotalMem_v2)
PASS_ON(cuCtxCreate_v2)
PASS_ON(cuCtxSetCurrent)
PASS_ON(cuCtxEnablePeerAccess)
PASS_ON(cuCtxDisablePeerAccess)
PASS_ON(cuCtxGetCacheConfig)
PASS_ON(cuCtxSetCacheConfig)
PASS_ON(cuCtxGetSharedMemConfig)
PASS_ON(cuCtxSetSharedMemConfig)
PASS_ON(cuMemAlloc_v2)
PASS_ON(cuMemAllocHost_v2)
PASS_ON(cuMemGetInfo_v2)
PASS_ON(cuMemHostGetDevicePointer_v2)
PASS_ON(cuPointerGetAttribute)
PASS_ON(cuModuleLoadData)
PASS_ON(cuModuleLoadDataEx)
PASS_ON(cuModuleGetFunction)
PASS_ON(cuOccupancyMaxActiveBlocksPerMultiprocessor)
PASS_ON(cuOccupancyMaxPotentialBlockSize)
