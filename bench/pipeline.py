from bench.result import Result
from bench.rounds import Effort
def measure(effort: Effort) -> Result: raise NotImplementedError
