using GpuAls.Kernels;
using GpuAls.Tests.Engines;
using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Tests.Kernels;

/// <summary>
/// In front of the driver, <c>tests/DeferredCuda</c> puts off all work until something waits for it. So each of these
/// programs, which lack a wait, gets other values than it would from a driver that does everything at once.
/// </summary>
[Category("Cuda")]
public sealed class DeferredCudaTests
{
    private const int Length = 1_000;

    private DeviceEngine _engine = null!;
    private DeviceBuffer<int> _buffer = null!;

    private Staging Staging => _engine.Store.Staging;

    [SetUp]
    public void Open()
    {
        if (TestEngines.WhyAbsent<Cuda>() is { } reason) Assert.Ignore(reason);
        if (Environment.GetEnvironmentVariable("DEFERRED_CUDA_DRIVER") is null)
            Assert.Ignore("the driver does not put work off: tests/DeferredCuda is not in front of it");
        _engine = (DeviceEngine)Cuda.Create();
        _buffer = _engine.Store.Memory.Allocate<int>(Length);
        Staging.Upload(Enumerable.Repeat(1, Length).ToArray(), _buffer.View);
    }

    [TearDown]
    public void Close()
    {
        _buffer?.Dispose();
        _engine?.Dispose();
    }

    [Test]
    public void CopyToDevice_SlotFilledAgainBeforeTheWait_TakesTheLaterValues()
    {
        Staging.Slot<int>(0, Length).Fill(2);
        Staging.CopyToDevice(0, _buffer.View);
        Staging.Slot<int>(0, Length).Fill(3);
        Staging.Wait();

        Assert.That(OnDevice(), Is.All.EqualTo(3));
    }

    [Test]
    public void CopyToSlot_ReadBeforeTheWait_HasOnlyNaNs()
    {
        Staging.Slot<int>(0, Length).Fill(2);
        Staging.CopyToSlot(_buffer.View, 0);
        var early = Staging.Slot<int>(0, Length).ToArray();
        Staging.Wait();

        Assert.That(early.Select(BitConverter.Int32BitsToSingle), Is.All.NaN);
        Assert.That(Staging.Slot<int>(0, Length).ToArray(), Is.All.EqualTo(1));
    }

    [Test]
    public void CopyOnAnotherStream_BeforeTheWaitForTheFirst_ComesFirst()
    {
        _buffer.View.MemSetToZero();
        var early = OnDevice();
        _engine.Accelerator.Synchronize();

        Assert.That(early, Is.All.EqualTo(1));
        Assert.That(OnDevice(), Is.All.Zero);
    }

    [Test]
    public void LaunchedKernel_CopiedOnAnotherStreamBeforeTheWait_HasNotRun()
    {
        var launch = _engine.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>, int>(Fill);
        launch(_engine.Accelerator.DefaultStream, Length, _buffer.View, 4);
        var early = OnDevice();
        _engine.Accelerator.DefaultStream.Synchronize();

        Assert.That(early, Is.All.EqualTo(1));
        Assert.That(OnDevice(), Is.All.EqualTo(4));
    }

    private static void Fill(Index1D index, ArrayView<int> target, int value) => target[index] = value;

    /// <summary>What is on the device once all earlier copies of the staging have been made.</summary>
    private int[] OnDevice()
    {
        Staging.CopyToSlot(_buffer.View, 1);
        Staging.Wait();
        return Staging.Slot<int>(1, Length).ToArray();
    }
}
