using IceSharp.Protocol;
using IceSharp.Samples.CopyPastePeer.Signaling;
using IceSharp.Samples.Terminal;

namespace IceSharp.Tests.Samples;

public sealed class DescriptionExchangeTests : IDisposable
{
    private readonly StringWriter _screen = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("icesharp-signaling-").FullName;

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _screen.Dispose();
    }

    [Theory]
    [InlineData("hello\nworld\n")]
    [InlineData("v=0\n")]
    public async Task Second_try_counts_after_a_wrong_paste(string wrong)
    {
        IceDescription theirs = Describe("abcd");

        IceDescription? got = await PasteAsync(wrong + "\n" + theirs.ToSdp() + "\n");

        got!.Streams[0].Ufrag.Should().Be("abcd");
        _screen.ToString().Should().Contain("That is no answer to work with").And.Contain("Please try again.");
    }

    [Theory]
    [InlineData("a=ice-pwd", "has no ice-pwd")]
    [InlineData("a=candidate", "no usable a=candidate line")]
    [InlineData("m=", "no m= section")]
    public async Task Missing_line_is_called_by_its_name(string line, string fault)
    {
        string[] lines = Describe("abcd").ToSdp().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        IceDescription? got = await PasteAsync(string.Join('\n', lines.Where(l => !l.StartsWith(line, StringComparison.Ordinal))));

        got.Should().BeNull();
        _screen.ToString().Should().ContainEquivalentOf(fault).And.NotContain("   at ");
    }

    [Fact]
    public async Task Own_description_pasted_back_is_recognised()
    {
        IceDescription ours = Describe("mine");

        IceDescription? got = await PasteAsync(ours.ToSdp(), ours);

        got.Should().BeNull();
        _screen.ToString().Should().Contain("our own description");
    }

    [Fact]
    public async Task Paste_may_begin_with_empty_lines_be_quoted_and_end_with_the_input()
    {
        string quoted = string.Join('\n', Describe("abcd").ToSdp().Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(l => "> " + l + " "));

        IceDescription? got = await PasteAsync("\n\r\n" + quoted);

        got!.Streams[0].Candidates.Should().ContainSingle();
    }

    [Fact]
    public async Task Files_pass_a_description_as_a_whole()
    {
        string path = Path.Combine(_directory, "offer.sdp");
        StateLine output = new(_screen, isTerminal: false);
        FileSignaling offerer = new(Path.Combine(_directory, "answer.sdp"), path, TimeSpan.FromSeconds(5), output, ignoresOld: false);
        FileSignaling answerer = new(path, Path.Combine(_directory, "answer.sdp"), TimeSpan.FromSeconds(5), output, ignoresOld: false);

        Task<string?> received = answerer.ReceiveAsync("offer", CancellationToken.None);
        await offerer.SendAsync("offer", "v=0\r\n", CancellationToken.None);

        (await received).Should().Be("v=0\r\n");
        Directory.GetFiles(_directory).Should().Equal(path);
    }

    [Fact]
    public async Task File_of_an_earlier_run_is_no_answer_until_it_changes()
    {
        string path = Path.Combine(_directory, "answer.sdp");
        await File.WriteAllTextAsync(path, "old");
        FileSignaling offerer = new(path, Path.Combine(_directory, "offer.sdp"), TimeSpan.FromSeconds(5), new StateLine(_screen, isTerminal: false), ignoresOld: true);

        Task<string?> received = offerer.ReceiveAsync("answer", CancellationToken.None);
        received.IsCompleted.Should().BeFalse();
        await File.WriteAllTextAsync(path, "new");

        (await received).Should().Be("new");
    }

    [Fact]
    public async Task File_that_never_comes_is_waited_for_no_longer_than_told()
    {
        FileSignaling peer = new(Path.Combine(_directory, "none"), Path.Combine(_directory, "out"), TimeSpan.FromMilliseconds(60), new StateLine(_screen, isTerminal: false), ignoresOld: false);

        (await peer.ReceiveAsync("answer", CancellationToken.None)).Should().BeNull();

        _screen.ToString().Should().Contain("there was no answer");
    }

    [Fact]
    public void State_is_written_over_in_a_terminal_and_stays_above_what_follows()
    {
        StateLine terminal = new(_screen, isTerminal: true);

        terminal.Show("gathering");
        terminal.Show("gathering");
        terminal.Show("done");
        terminal.WriteLine("next");

        _screen.ToString().Should().Be($"\r[gathering]\r[done]     {Environment.NewLine}next{Environment.NewLine}");
    }

    private Task<IceDescription?> PasteAsync(string pasted, IceDescription? ours = null)
    {
        StateLine output = new(_screen, isTerminal: false);
        DescriptionExchange exchange = new(new PasteSignaling(new StringReader(pasted), output), output);
        return exchange.ReceiveAsync("answer", IceDescriptionKind.Answer, ours, CancellationToken.None);
    }

    private static IceDescription Describe(string ufrag) => new()
    {
        Streams =
        [
            new IceStreamDescription
            {
                Mid = "audio",
                Ufrag = ufrag,
                Password = new string('p', 22),
                Candidates =
                [
                    new IceCandidate
                    {
                        Foundation = "1",
                        Component = 1,
                        Priority = 100,
                        Address = new TransportAddress(IpAddress.Parse("192.0.2.1"), 5000),
                        Type = IceCandidateType.Host,
                    },
                ],
            },
        ],
    };
}
