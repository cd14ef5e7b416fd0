using Spectre.Console;

namespace IceSharp.Doctor.Terminal;

/// <summary>Names and values in two columns; what is null is left out.</summary>
internal sealed class FactTable
{
    private readonly Table _table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("Name", "Value");

    public void Add(string name, object? value)
    {
        if (value?.ToString() is { Length: > 0 } text)
        {
            _table.AddRow(new Text(name), new Text(text, new Style(decoration: Decoration.Bold)));
        }
    }

    public void WriteTo(IAnsiConsole console) => console.Write(_table);
}
