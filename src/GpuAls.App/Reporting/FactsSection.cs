using System.Xml.Linq;

namespace GpuAls.App;

/// <summary>What was run, with what and when.</summary>
internal static class FactsSection
{
    public static XElement Of(IReadOnlyList<ReportFact> facts) => new(
        "dl",
        facts.Select(
            fact =>
                new XElement(
                    "div", new XElement("dt", Html.Clean(fact.Name)), new XElement("dd", Html.Clean(fact.Value)))));
}
