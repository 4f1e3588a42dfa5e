using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace GpuAls.Cli;

/// <summary>
/// Config files in YAML. What an unquoted scalar is follows YAML 1.2, where yes, no, on and off are text. The assembly
/// of the parser is loaded for such a file only.
/// </summary>
internal static partial class YamlConfig
{
    public static IReadOnlyList<ConfigEntry> Read(string path, string text)
    {
        try
        {
            return Read(path, new Parser(new StringReader(text)));
        }
        catch (YamlException exception)
        {
            var message = Position().Replace(exception.Message, "").TrimEnd('.');
            throw ConfigFile.Bad($"{path} line {exception.Start.Line} is not valid YAML: {message}.", exception);
        }
    }

    private static List<ConfigEntry> Read(string path, Parser parser)
    {
        var entries = new List<ConfigEntry>();
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _)) return entries;
        if (!parser.TryConsume<MappingStart>(out _)) throw ConfigFile.NotAnObject(path);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.TryConsume<Scalar>(out var scalar)
                ? scalar
                : throw ConfigFile.Bad($"{path} line {Line(parser)}: a key is not the name of an option.");
            entries.Add(new ConfigEntry(key.Value, (int)key.Start.Line, Value(path, parser)));
        }

        parser.Consume<DocumentEnd>();
        return parser.Accept<StreamEnd>(out _)
            ? entries
            : throw ConfigFile.Bad($"{path} line {Line(parser)} begins a second document; expected one.");
    }

    private static ConfigValue Value(string path, Parser parser)
    {
        var line = Line(parser);
        if (parser.TryConsume<Scalar>(out var scalar)) return ConfigValue.Scalar(TypeOf(scalar), scalar.Value, line);
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<ConfigValue>();
            while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Value(path, parser));
            return new ConfigValue(ConfigType.List, "", line, items);
        }

        if (parser.Accept<AnchorAlias>(out _))
            throw ConfigFile.Bad($"{path} line {line} has an alias, which config files cannot have. Repeat the value.");
        parser.SkipThisAndNestedEvents();
        return ConfigValue.Scalar(ConfigType.Mapping, "", line);
    }

    private static ConfigType TypeOf(Scalar scalar)
    {
        if (scalar.Style != ScalarStyle.Plain) return ConfigType.Text;
        return scalar.Value switch
        {
            "" or "~" or "null" or "Null" or "NULL" => ConfigType.Null,
            "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ConfigType.Boolean,
            var text => Number().IsMatch(text) ? ConfigType.Number : ConfigType.Text,
        };
    }

    private static int Line(Parser parser) => (int)parser.Current!.Start.Line;

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Number();

    /// <summary>Where the parser puts the position into its message.</summary>
    [GeneratedRegex(@"^\(Line: .*?\) - \(Line: .*?\): ")]
    private static partial Regex Position();
}
