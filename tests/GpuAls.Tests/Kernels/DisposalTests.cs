using GpuAls.Kernels;
using GpuAls.Tests.Engines;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace GpuAls.Tests.Kernels;

public sealed class DisposalTests
{
    [Test]
    public void Quietly_DriverThatRefuses_LetsTheFailureBeforeThrough() =>
        Assert.DoesNotThrow(() => Disposal.Quietly(new Refusal(new CLException(CLError.CL_OUT_OF_RESOURCES))));

    [Test]
    public void Quietly_AnotherFailure_IsThrown() =>
        Assert.Throws<InvalidOperationException>(() => Disposal.Quietly(new Refusal(new InvalidOperationException())));

    [Test]
    [Category("Cuda")]
    public void Buffer_DriverThatRefusesToFree_IsDisposedAndNoLongerCounted()
    {
        if (TestEngines.WhyAbsent<Cuda>() is { } reason) Assert.Ignore(reason);
        using var engine = (DeviceEngine)Cuda.Create();
        long given = 0;
        var memory = engine.Accelerator.Allocate1D<long>(100);
        var buffer = new DeviceBuffer<long>(memory, bytes => given = bytes);
        engine.Accelerator.Bind();

        // The driver refuses to free twice, as it refuses everything after a failure.
        CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.FreeMemory(memory.NativePtr));

        Assert.DoesNotThrow(buffer.Dispose);
        Assert.That(given, Is.EqualTo(800));
    }

    private sealed class Refusal(Exception exception) : IDisposable
    {
        public void Dispose() => throw exception;
    }
}
