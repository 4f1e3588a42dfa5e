using GpuAls.App;

namespace GpuAls.Tests.Reporting;

public sealed class ReportWriterTests
{
    private static readonly ReportData Nothing =
        new() { Title = "gpuals train", Facts = [new ReportFact("Command", "gpuals train")] };

    [TestCase("<b>&\"", "<b>&\"")]
    [TestCase("</td></style><script>alert('x')</script>", "</td></style><script>alert('x')</script>")]
    [TestCase("Sigur Rós 🎵", "Sigur Rós 🎵")]
    [TestCase("tab\u0001null\u0000\uFFFE", "tab\uFFFDnull\uFFFD\uFFFD")]
    public void Page_AnyId_IsShownAsItIs(string id, string shown)
    {
        var page = PageOf(Nothing with
        {
            Facts = [new ReportFact("Input", id)],
            Samples = [new SampleList(id, 3, [new SampleItem(id, 2)], [new SampleItem(id, 0.5f)])],
        });

        Assert.That(page.Fact("Input"), Is.EqualTo(shown));
        Assert.That(page.All("h3").Single().Value, Is.EqualTo(shown));
        Assert.That(page.Rows(shown), Is.EqualTo(new[] { new[] { "1", shown, "2", shown, "0.5000" } }));
        page.AssertNeedsNothingElse();
    }

    [Test]
    public void Page_HalfOfASurrogatePair_IsReplaced()
    {
        var half = new string(['a', (char)0xD83C, 'b']);

        Assert.That(
            PageOf(Nothing with { Facts = [new ReportFact("Input", half)] }).Fact("Input"), Is.EqualTo("a\uFFFDb"));
    }

    [Test]
    public void Page_Trainings_HaveALineForEach()
    {
        TrainingCurve Curve(string name, double loss) =>
            new(name, [new IterationReport(1, 0.25, loss, 4, 1), new IterationReport(2, 0.5, loss / 2, 0, 0)]);

        var page = PageOf(Nothing with { Trainings = [Curve("fold 1", 3000), Curve("fold 2", 2500)] });

        Assert.That(
            page.Rows("Iterations: fold 2"),
            Is.EqualTo(new[]
            {
                new[] { "1", "0.25", "2500", "4", "1" },
                ["2", "0.5", "1250", "0", "0"],
            }));
        Assert.That(page.All("img").First().Attribute("alt")!.Value, Does.Contain("ends at 1250"));
        Assert.That(
            page.Charts(isDark: false),
            Has.Length.EqualTo(2).And.All
                .Matches<System.Xml.Linq.XDocument>(chart => chart!.ToString().Contains(">fold 2<")));
    }

    [Test]
    public void Page_LossNotTracked_HasNoChartOfIt()
    {
        var page = PageOf(Nothing with
        {
            Trainings = [new TrainingCurve("the training", [new IterationReport(1, 0.25, null, 0, 0)])],
        });

        Assert.That(
            page.All("figcaption").Select(caption => caption.Value),
            Is.EqualTo(new[] { "Seconds per iteration (without the loss)" }));
        Assert.That(page.Rows("Iterations")[0][2], Is.Empty);
    }

    [Test]
    public void Page_Timings_HaveSharesAndBars()
    {
        var page = PageOf(
            Nothing with { TimingsSeconds = new Dictionary<string, double> { ["read"] = 1.5, ["train"] = 4.5 } });

        string[][] expected =
            [["read and index", "1.500", "25.0 %"], ["train", "4.500", "75.0 %"], ["total", "6.000", "100.0 %"]];
        Assert.That(page.Rows("Time per phase"), Is.EqualTo(expected));
        Assert.That(page.All("img").Single().Attribute("alt")!.Value, Does.Contain("\"train\" with 4.5 s"));
    }

    [Test]
    public void Page_Charts_HaveColoursForLightAndDark()
    {
        var page = PageOf(Nothing with { TimingsSeconds = new Dictionary<string, double> { ["read"] = 1 } });
        var (light, dark) = (page.Charts(isDark: false)[0].ToString(), page.Charts(isDark: true)[0].ToString());

        Assert.That(light, Does.Contain("rgb(31,35,40)").And.Not.Contain("rgb(230,233,236)"));
        Assert.That(dark, Does.Contain("rgb(230,233,236)").And.Not.Contain("rgb(31,35,40)"));
        Assert.That(page.All("source").Single().Attribute("media")!.Value, Is.EqualTo("(prefers-color-scheme: dark)"));
    }

    [Test]
    public void Page_SampleThatWasHeldOut_IsMarked()
    {
        SampleItem[] list = [new("y", 0.9f), new("z", 0.1f)];
        var sample = new SampleList("a", 1, [new SampleItem("x", 2)], list, new HashSet<string> { "z" });
        var page = PageOf(Nothing with { Samples = [sample] });

        Assert.That(
            page.Rows("a: "),
            Is.EqualTo(new[] { new[] { "1", "x", "2", "y", "0.9000" }, ["2", "", "", "z ✓", "0.1000"] }));
    }

    [TestCase(Feedback.Implicit, "most played", "plays")]
    [TestCase(Feedback.Explicit, "top rated", "rating")]
    public void Page_Sample_SaysWhatItsNumbersAre(Feedback feedback, string column, string value)
    {
        var page = PageOf(
            Nothing with { Samples = [new SampleList("a", 1, [new SampleItem("x", 2)], []) { Feedback = feedback }] });

        Assert.That(page.All("th").Select(cell => cell.Value), Is.SupersetOf(new[] { column, value }));
    }

    [TestCase("page.txt")]
    [TestCase("page")]
    public void CheckName_NotHtml_IsWrongUsage(string name) =>
        Assert.That(
            () => ReportWriter.CheckName(name),
            Throws.TypeOf<GpuAlsException>().With.Property(nameof(GpuAlsException.Kind)).EqualTo(FailureKind.Usage));

    private static Page PageOf(ReportData data) => new(ReportWriter.ToHtml(data));
}
