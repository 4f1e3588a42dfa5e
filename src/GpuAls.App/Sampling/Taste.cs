namespace GpuAls.App;

/// <summary>A planted taste: a genre, and the words its artists are named with.</summary>
/// <param name="Name">The genre.</param>
/// <param name="First">First words.</param>
/// <param name="Second">Second words, as many as first ones.</param>
internal sealed record Taste(string Name, string[] First, string[] Second)
{
    /// <summary>All tastes, so different in their words that a reader sees the taste in a list.</summary>
    public static IReadOnlyList<Taste> All { get; } =
    [
        Of(
            "jazz", "Blue Velvet Midnight Smoky Cool Mellow Uptown Satin Amber Late",
            "Quartet Trombones Sextet Horns Bop Trio Brushes Swing Octet Standards"),
        Of(
            "metal", "Iron Black Rusted Grim Savage Molten Hollow Infernal Frozen Screaming",
            "Crypt Hammer Throne Wolves Coffin Anvil Serpent Reaper Skulls Furnace"),
        Of(
            "folk", "Willow Wandering River Quiet Barefoot Harvest Mossy Lantern Northern Hillside",
            "Fiddlers Sparrows Meadow Kinfolk Hearth Shepherds Banjos Orchard Travellers Ballads"),
        Of(
            "electronic", "Neon Digital Modular Binary Phase Chrome Static Vector Pulse Ultra",
            "Circuit Arcade Oscillator Drive Signal Protocol Grid Waveform Machine Sequencer"),
        Of(
            "hip-hop", "MC DJ Young Lil King Grandmaster Big Lady Professor Captain",
            "Verse Cipher Stanza Breaks Cadence Turntable Freestyle Rhyme Tempo Mixtape"),
        Of(
            "classical", "Baltic Imperial Alpine Cathedral Salon Harbour Palace Riverside Academy Festival",
            "Philharmonic Chamber Choir Symphony Consort Soloists Baroque Strings Opera Sinfonia"),
        Of(
            "reggae", "Irie Sunny Island Roots Golden Trenchtown Palm Lion Coral Easy",
            "Riddim Dub Skankers Soundsystem Bassline Rockers Steppers Harmony Echo Lovers"),
        Of(
            "country", "Dusty Lonesome Whiskey Honky Prairie Silver Desert Copper Wild Broken",
            "Spurs Wranglers Highway Saddle Boots Canyon Outlaws Rodeo Pickup Sundown"),
    ];

    /// <summary>The name of the n-th artist of this taste: two words, then numbered ones.</summary>
    public string ArtistName(int ordinal)
    {
        var count = First.Length;
        var pair = ordinal % (count * count);

        // Walks both lists at once, so that neighbours share no word.
        var name = $"{First[pair % count]} {Second[((pair / count) + pair) % count]}";
        return ordinal < count * count ? name : $"{name} {1 + (ordinal / (count * count))}";
    }

    private static Taste Of(string name, string first, string second) => new(name, first.Split(' '), second.Split(' '));
}
