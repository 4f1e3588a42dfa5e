using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Training;

/// <summary>Where trainings begin.</summary>
public sealed class FactorInitializerTests
{
    private const int Rows = 20_000;

    [TestCase(null, 0.1)]
    [TestCase(2.0, 2.0)]
    public void Create_Normal_HasItsDeviation(double? scale, double expected)
    {
        var factors = Create(Rows, Initialization.Normal, scale);

        Assert.That(factors.Average(), Is.Zero.Within(0.01 * expected));
        Assert.That(
            Math.Sqrt(factors.Average(value => (double)value * value)),
            Is.EqualTo(expected / Math.Sqrt(5)).Within(1).Percent);
    }

    [TestCase(null, 1)]
    [TestCase(0.25, 0.25)]
    public void Create_Sphere_HasRowsOfOneLengthInEveryDirection(double? scale, double expected)
    {
        var factors = Create(Rows, Initialization.Sphere, scale);

        foreach (var row in factors.Chunk(5))
            Assert.That(Math.Sqrt(row.Sum(value => (double)value * value)), Is.EqualTo(expected).Within(1e-6));
        Assert.That(factors.Average(), Is.Zero.Within(0.01 * expected));
        for (var i = 0; i < 5; i++)
            Assert.That(
                factors.Chunk(5).Average(row => (double)row[i] * row[i]),
                Is.EqualTo(expected * expected / 5).Within(3).Percent);
    }

    [TestCase(null, 0.01)]
    [TestCase(3.0, 3.0)]
    public void Create_Uniform_FillsItsRange(double? scale, double expected)
    {
        var factors = Create(Rows, Initialization.Uniform, scale);

        Assert.That(factors.Min(), Is.InRange(0, 0.001 * expected));
        Assert.That(factors.Max(), Is.InRange(0.999 * expected, expected));
        Assert.That(factors.Average(), Is.EqualTo(expected / 2).Within(1).Percent);
    }

    [Test]
    public void Create_FewerRows_GivesTheSameNumbers([Values] Initialization initialization) =>
        Assert.That(Create(7, initialization, null), Is.EqualTo(Create(Rows, initialization, null)[..35]));

    [Test]
    public async Task Train_Init_IsInTheManifestWhereItIsNotTheDefault()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.At("plays.csv"), "user,item\na,x\nb,y\nb,x\n");
        string[] train = ["train", folder.At("plays.csv"), "--rank", "2", "--device", "cpu", "--output"];

        await Tool.SucceedAsync([.. train, folder.At("default")]);
        await Tool.SucceedAsync([.. train, folder.At("sphere"), "--init", "sphere", "--init-scale", "0.5"]);
        await Tool.SucceedAsync([.. train, folder.At("spark"), "--preset", "spark"]);

        Assert.That(Manifest("default"), Does.Not.Contain("\"init"));
        Assert.That(Manifest("sphere"), Does.Contain("\"init\": \"sphere\"").And.Contain("\"init_scale\": 0.5"));
        Assert.That(Manifest("spark"), Does.Contain("\"init\": \"sphere\"").And.Not.Contain("init_scale"));

        string Manifest(string model) => File.ReadAllText(folder.At(model, "manifest.json"));
    }

    private static float[] Create(int rowCount, Initialization initialization, double? scale) =>
        FactorInitializer.Create(
            rowCount, Side.Users, AlsOptions.Default with { Rank = 5, Init = initialization, InitScale = scale })
            .ToArray();
}
