namespace GpuAls.App;

/// <summary>Tells searches from each other.</summary>
internal static class TuneJournalHeads
{
    /// <summary>What another search has that differs; null where it is the same search.</summary>
    public static string? WhyOther(this TuneJournalHead was, TuneJournalHead now)
    {
        if (was.Journal != now.Journal) return $"its layout has version {was.Journal}, this gpuals writes {now.Journal}";
        foreach (var name in was.Settings.Keys.Union(now.Settings.Keys))
        {
            var (before, asked) = (was.Settings.GetValueOrDefault(name, "not given"), now.Settings.GetValueOrDefault(name, "not given"));
            if (before != asked) return $"{name} was {before}, and is {asked} now";
        }

        return was.Data == now.Data ? null : "the plays, or how they are divided, are others";
    }
}
