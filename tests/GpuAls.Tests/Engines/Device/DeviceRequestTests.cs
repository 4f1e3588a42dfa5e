namespace GpuAls.Tests.Engines.Device;

internal sealed class DeviceRequestTests
{
    [TestCase("auto", DeviceKind.Auto, null)]
    [TestCase("cpu", DeviceKind.Cpu, null)]
    [TestCase("cuda", DeviceKind.Cuda, null)]
    [TestCase("cuda:12", DeviceKind.Cuda, 12)]
    [TestCase("opencl:1", DeviceKind.OpenCl, 1)]
    [TestCase("emulated", DeviceKind.Emulated, null)]
    public void Parse_EachForm_IsUnderstood(string text, DeviceKind kind, int? index) =>
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
    public void Create_Auto_HasTheWholeReason()
    {
        using var engine = EngineFactory.Create(new DeviceRequest(DeviceKind.Auto), out var choice);

        Assert.That(choice.Reason, Does.StartWith("CUDA: ").Or.EqualTo("the first usable cuda device"));
    }

    [Test]
    public void Create_Requested_HasNoNote()
    {
        using var engine = EngineFactory.Create(new DeviceRequest(DeviceKind.Cpu), out var choice);

        Assert.That(choice, Is.EqualTo(new DeviceChoice("", "requested")));
    }

    [Test]
    public void OfCpu_WithoutAGpu_IsShort_AndAUselessGpuIsNamed()
    {
        var absent = new Refusal(DeviceKind.OpenCl, "no driver found (libOpenCL.so.1)", IsGpuPresent: false);
        var old = new Refusal(DeviceKind.Cuda, "H200: its driver is too old", IsGpuPresent: true);

        Assert.That(
            DeviceChoice.OfCpu([absent]), Is.EqualTo(new DeviceChoice(
                "no usable GPU found (run `gpuals devices` for details)", "OpenCL: no driver found (libOpenCL.so.1)")));
        Assert.That(
            DeviceChoice.OfCpu([old, absent]).Note,
            Is.EqualTo("H200: its driver is too old (run `gpuals devices` for details)"));
        Assert.That(DeviceChoice.OfGpu(DeviceKind.Cuda, []).Note, Is.Empty);
        Assert.That(DeviceChoice.OfGpu(DeviceKind.OpenCl, [absent]).Note, Is.Empty);
        Assert.That(DeviceChoice.OfGpu(DeviceKind.OpenCl, [old]).Note, Does.StartWith("H200: "));
    }
}
