using System.Collections.Concurrent;
namespace GpuAls.Tests.Engines;

/// <summary>An engine for <see cref="EngineTests{T}"/> and what it can be asked for in reasonable time.</summary>
internal interface ITestEngine
{
    /// <summary>The ranks to test.</summary>
    static abstract int[] Ranks { get; }

    /// <summary>Whether matrices of thousands of rows are affordable.</summary>
    static abstract bool TakesManyRows { get; }

    /// <summary>Makes the engine.</summary>
    /// <exception cref="GpuAlsException">Kind Device: this machine has none.</exception>
    static abstract IAlsEngine Create();
}

internal sealed class WidestHost : ITestEngine
{
    public static int[] Ranks => [1, 2, 3, 8, 15, 16, 17, 31, 32, 33, 50, 64, 100, 127, 128, 129, 200, 256, 512];

    public static bool TakesManyRows => true;

    public static IAlsEngine Create() => new HostEngine(3);
}

internal sealed class Host256 : ITestEngine
{
    public static int[] Ranks => [1, 7, 8, 9, 31, 64, 130];

    public static bool TakesManyRows => true;

    public static IAlsEngine Create() => new HostEngine(2, HostOperations.OfWidth(256, 2));
}

internal sealed class Host128 : ITestEngine
{
    public static int[] Ranks => [1, 3, 4, 5, 31, 64, 130];

    public static bool TakesManyRows => true;

    public static IAlsEngine Create() => new HostEngine(1, HostOperations.OfWidth(128, 1));
}

/// <summary>
/// 128 threads that wait for one another. Beside other work each wait takes ten times as long, so all tests on it are
/// [NonParallelizable].
/// </summary>
internal sealed class Emulated : ITestEngine
{
    public static int[] Ranks => [1, 3, 9];

    public static bool TakesManyRows => false;

    /// <summary>
    /// Engines on one device, so that its kernels are compiled only once. ILGPU forgets kernels that nothing refers to,
    /// so the engines are kept.
    /// </summary>
    private static readonly Lazy<DeviceEngine> First =
        new(() => (DeviceEngine)EngineFactory.Create(new DeviceRequest(DeviceKind.Emulated), out _));

    private static readonly ConcurrentBag<DeviceEngine> All = [];

    public static IAlsEngine Create() => Create(GramianBlocks.OnDevice);

    /// <summary>The same with a Gramian in other blocks.</summary>
    public static DeviceEngine Create(GramianBlocks blocks)
    {
        var (device, description) = (First.Value.Accelerator, First.Value.Description);
        var engine = new DeviceEngine(device, description, memoryBytes: null, notes: null)
        {
            Capabilities = First.Value.Capabilities with { GramianBlocks = blocks },
        };
        All.Add(engine);
        return engine;
    }
}

internal sealed class OpenCl : ITestEngine
{
    public static int[] Ranks => [1, 3, 16, 64, 100, 129, 200];

    public static bool TakesManyRows => true;

    public static IAlsEngine Create() => EngineFactory.Create(new DeviceRequest(DeviceKind.OpenCl), out _);
}

internal sealed class Cuda : ITestEngine
{
    public static int[] Ranks => [1, 3, 12, 16, 30, 64, 100, 127, 128, 129, 152, 153, 176, 200, 256, 512];

    public static bool TakesManyRows => true;

    public static IAlsEngine Create() => EngineFactory.Create(new DeviceRequest(DeviceKind.Cuda), out _);
}

/// <summary>The engines that this machine can run.</summary>
internal static class TestEngines
{
    public static IEnumerable<TestFixtureData> Available()
    {
        yield return Fixture<WidestHost>("Host");
        yield return Fixture<Host256>("Host");
        yield return Fixture<Host128>("Host");
        foreach (var device in OnDevices()) yield return device;
    }

    /// <summary>Those of them that run kernels.</summary>
    public static IEnumerable<TestFixtureData> OnDevices()
    {
        yield return Fixture<Emulated>("Emulated");
        if (WhyAbsent<OpenCl>() is null) yield return Fixture<OpenCl>("OpenCl");
        if (WhyAbsent<Cuda>() is null) yield return Fixture<Cuda>("Cuda");
    }

    /// <summary>Why an engine cannot be opened; null where it can.</summary>
    public static string? WhyAbsent<TEngine>()
        where TEngine : ITestEngine
    {
        try
        {
            TEngine.Create().Dispose();
            return null;
        }
        catch (GpuAlsException absence) when (absence.Kind == FailureKind.Device)
        {
            return absence.Message;
        }
    }

    private static TestFixtureData Fixture<TEngine>(string category)
    {
        var fixture = new TestFixtureData { TypeArgs = [typeof(TEngine)] };
        fixture.Properties.Add("Category", category);
        if (typeof(TEngine) == typeof(Emulated)) fixture.Properties.Set("ParallelScope", ParallelScope.None);
        return fixture;
    }
}

/// <summary>Says once for each kind of device whether its engine tests ran.</summary>
internal sealed class TestEngineTests
{
    [Test]
    [Category("OpenCl")]
    public void OpenCl_IsThere_ElseItsTestsAreLeftOut() => SkipWhereAbsent<OpenCl>();

    [Test]
    [Category("Cuda")]
    public void Cuda_IsThere_ElseItsTestsAreLeftOut() => SkipWhereAbsent<Cuda>();

    private static void SkipWhereAbsent<TEngine>()
        where TEngine : ITestEngine
    {
        if (TestEngines.WhyAbsent<TEngine>() is { } reason) Assert.Ignore(reason);
        Assert.That(TestEngines.Available().Select(fixture => fixture.TypeArgs![0]), Has.Member(typeof(TEngine)));
    }
}
