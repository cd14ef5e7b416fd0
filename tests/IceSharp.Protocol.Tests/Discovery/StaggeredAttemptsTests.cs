using IceSharp.Protocol.Discovery;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Discovery;

public class StaggeredAttemptsTests
{
    private static readonly MonotonicTime Start = new(12_345);

    [Fact]
    [Rfc("STUN-8489-8.1-c")]
    public void Attempts_begin_a_quarter_of_a_second_apart()
    {
        var attempts = new StaggeredAttempts(3, new StaggeredAttemptSettings());
        attempts.NextTimeout.Should().Be(Deadline.Never);

        attempts.Start(Start);

        Steps(attempts).Should().Equal("0 Begin");
        attempts.NextTimeout.Should().Be(new Deadline(At(250), TimerReason.ConnectionAttempt));
        attempts.HandleTimeout(At(249));
        Steps(attempts).Should().BeEmpty();
        attempts.HandleTimeout(At(250));
        Steps(attempts).Should().Equal("1 Begin");
        attempts.HandleTimeout(At(500));
        Steps(attempts).Should().Equal("2 Begin");
        attempts.NextTimeout.At.Should().Be(At(10_000));
    }

    [Fact]
    [Rfc("STUN-8489-8.1-c")]
    public void First_success_wins_and_the_others_are_cancelled()
    {
        StaggeredAttempts attempts = Begun(3, 2);

        attempts.HandleSucceeded(At(300), 1).Should().BeTrue();

        Steps(attempts).Should().Equal("0 Cancel");
        attempts.State.Should().Be(StaggeredAttemptsState.Succeeded);
        attempts.Winner.Should().Be(1);
        attempts.NextTimeout.Should().Be(Deadline.Never);
    }

    [Fact]
    public void Success_after_the_winner_came_too_late()
    {
        StaggeredAttempts attempts = Begun(2, 2);
        attempts.HandleSucceeded(At(300), 1);

        attempts.HandleSucceeded(At(300), 0).Should().BeFalse();
        attempts.HandleFailed(At(300), 0);

        attempts.Winner.Should().Be(1);
        attempts.State.Should().Be(StaggeredAttemptsState.Succeeded);
    }

    [Fact]
    public void Failure_begins_the_next_attempt_at_once_and_the_delay_counts_from_there()
    {
        StaggeredAttempts attempts = Begun(3, 1);

        attempts.HandleFailed(At(10), 0);

        Steps(attempts).Should().Equal("1 Begin");
        attempts.NextTimeout.At.Should().Be(At(260));
    }

    [Fact]
    public void When_all_have_failed_it_has_failed()
    {
        StaggeredAttempts attempts = Begun(2, 2);

        attempts.HandleFailed(At(300), 0);
        attempts.State.Should().Be(StaggeredAttemptsState.Running);
        attempts.HandleFailed(At(310), 1);

        attempts.State.Should().Be(StaggeredAttemptsState.Failed);
        attempts.Winner.Should().Be(-1);
        Steps(attempts).Should().BeEmpty();
    }

    [Fact]
    public void Each_attempt_has_a_deadline_of_its_own()
    {
        var attempts = new StaggeredAttempts(2, new StaggeredAttemptSettings { AttemptTimeout = TimeSpan.FromSeconds(1) });
        attempts.Start(Start);
        attempts.HandleTimeout(At(250));
        Steps(attempts);

        attempts.NextTimeout.At.Should().Be(At(1000));
        attempts.HandleTimeout(At(1000));
        Steps(attempts).Should().Equal("0 TimeOut");
        attempts.State.Should().Be(StaggeredAttemptsState.Running);
        attempts.HandleTimeout(At(1250));
        Steps(attempts).Should().Equal("1 TimeOut");
        attempts.State.Should().Be(StaggeredAttemptsState.Failed);
    }

    [Fact]
    public void Attempt_that_times_out_before_the_delay_begins_the_next()
    {
        var attempts = new StaggeredAttempts(2, new StaggeredAttemptSettings { AttemptTimeout = TimeSpan.FromMilliseconds(100) });
        attempts.Start(Start);

        attempts.HandleTimeout(At(100));

        Steps(attempts).Should().Equal("0 Begin", "0 TimeOut", "1 Begin");
    }

    [Fact]
    public void Late_call_begins_one_attempt_and_not_a_burst()
    {
        StaggeredAttempts attempts = Begun(5, 1);

        attempts.HandleTimeout(At(900));

        Steps(attempts).Should().Equal("1 Begin");
        attempts.NextTimeout.At.Should().Be(At(1150));
    }

    [Fact]
    public void Cancelling_gives_all_up_and_no_success_counts_any_more()
    {
        StaggeredAttempts attempts = Begun(3, 2);

        attempts.Cancel();

        Steps(attempts).Should().Equal("0 Cancel", "1 Cancel");
        attempts.State.Should().Be(StaggeredAttemptsState.Failed);
        attempts.HandleSucceeded(At(300), 1).Should().BeFalse();
        attempts.HandleTimeout(At(100_000));
        Steps(attempts).Should().BeEmpty();
    }

    [Fact]
    public void Misuse_is_told()
    {
        FluentActions.Invoking(() => new StaggeredAttempts(0, new StaggeredAttemptSettings())).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
        FluentActions.Invoking(() => new StaggeredAttempts(1, new StaggeredAttemptSettings { Delay = TimeSpan.FromMilliseconds(9) }))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Delay");
        FluentActions.Invoking(() => new StaggeredAttempts(1, new StaggeredAttemptSettings { AttemptTimeout = TimeSpan.Zero }))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("AttemptTimeout");
        FluentActions.Invoking(() => Begun(2, 1).HandleFailed(Start, 2)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("index");
    }

    private static MonotonicTime At(int milliseconds) => Start + TimeSpan.FromMilliseconds(milliseconds);

    private static StaggeredAttempts Begun(int count, int begun)
    {
        var attempts = new StaggeredAttempts(count, new StaggeredAttemptSettings());
        attempts.Start(Start);
        for (int i = 1; i < begun; i++)
        {
            attempts.HandleTimeout(At(250 * i));
        }

        Steps(attempts).Should().HaveCount(begun);
        return attempts;
    }

    private static List<string> Steps(StaggeredAttempts attempts)
    {
        List<string> steps = [];
        while (attempts.TryGetStep(out AttemptStep step))
        {
            steps.Add($"{step.Index} {step.Action}");
        }

        return steps;
    }
}
