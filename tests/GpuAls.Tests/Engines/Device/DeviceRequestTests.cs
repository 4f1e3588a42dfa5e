namespace GpuAls.Tests.Engines.Device;

internal sealed class DeviceRequestTests
{
    [TestCase("auto", DeviceKind.Auto, 0)]
    [TestCase("cpu", DeviceKind.Cpu, 0)]
    [TestCase("cuda", DeviceKind.Cuda, 0)]
    [TestCase("cuda:12", DeviceKind.Cuda, 12)]
    [TestCase("opencl:1", DeviceKind.OpenCl, 1)]
    [TestCase("emulated", DeviceKind.Emulated, 0)]
    public void Parse_EachForm_IsUnderstood(string text, DeviceKind kind, int index) =>
        Assert.That(DeviceRequest.Parse(text), Is.EqualTo(new DeviceRequest(kind, index)));

    [TestCase("gpu")]
    [TestCase("cuda:")]
    [TestCase("cuda:-1")]
    [TestCase("cuda:99999999999")]
    [TestCase("CUDA")]
    [TestCase("")]
    public void Parse_AnotherText_ListsTheForms(string text)
    {
        var failure = Assert.Throws<GpuAlsException>(() => DeviceRequest.Parse(text));

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Usage));
        Assert.That(failure.Message, Does.Contain(DeviceRequest.Forms));
    }

    [Test]
    public void Create_DeviceBeyondTheLast_SaysHowManyThereAreOrWhyNone()
    {
        var failure = Assert.Throws<GpuAlsException>(
            () => EngineFactory.Create(new DeviceRequest(DeviceKind.Cuda, 1_000), out _));

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Device));
        Assert.That(failure.Message, Does.Contain("gpuals devices"));
    }

    [Test]
    public void List_HasEveryKindOnceOrMore_AndAReasonForWhatIsUnusable()
    {
        var devices = DeviceCatalog.List();

        Assert.That(
            devices.Select(device => device.Id.Split(':')[0]).Distinct(),
            Is.EqualTo(new[] { "cpu", "cuda", "opencl", "emulated" }));
        Assert.That(devices.Where(device => !device.IsUsable).Select(device => device.Note), Is.All.Not.Empty);
        Assert.That(devices.Single(device => device.Id == "cpu").IsUsable);
    }

    [Test]
    public void Create_Auto_SaysWhy()
    {
        using var engine = EngineFactory.Create(new DeviceRequest(DeviceKind.Auto), out var reason);

        Assert.That(reason, Does.StartWith("auto: "));
    }
}
