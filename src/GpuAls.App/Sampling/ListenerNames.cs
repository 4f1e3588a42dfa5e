namespace GpuAls.App;

/// <summary>Made-up names of listeners.</summary>
internal static class ListenerNames
{
    private static readonly string[] First =
    [
        "Ada", "Bruno", "Clara", "Dario", "Elsa", "Felix", "Greta", "Hugo", "Iris", "Jonas", "Kira", "Leon", "Mina",
        "Nico", "Olga", "Pablo", "Quinn", "Rosa", "Silas", "Thea", "Umar", "Vera", "Wanda", "Xenia", "Yara", "Zeno",
    ];

    private static readonly string[] Last =
    [
        "Abbott", "Berg", "Castillo", "Dubois", "Eriksen", "Fontana", "Gruber", "Haddad", "Ivanov", "Jansen",
        "Kowalski", "Lindqvist", "Moreau", "Nakamura", "Okafor", "Petrov", "Quiroga", "Rossi", "Sato", "Tanaka",
        "Ueda", "Virtanen", "Weber", "Xavier", "Yilmaz", "Zhou",
    ];

    /// <summary>The name of the n-th listener: two words, then numbered ones.</summary>
    public static string Of(int index)
    {
        var count = First.Length;
        var pair = index % (count * count);
        var name = $"{First[pair % count]} {Last[((pair / count) + pair) % count]}";
        return index < count * count ? name : $"{name} {1 + (index / (count * count))}";
    }
}
